// httpd [-p port] [-r root]: a small web server in the manner of thttpd. One process, one loop over
// poll, nonblocking sockets; GET and HEAD of the files below the root.
// Invariant: no call in the loop waits but poll, so no client can hold up another.

#include "httpd_connection.h"

#define PORT    80
#define ROOT    "/www"
#define BACKLOG 64
#define CLOCK_ROUNDS 16 // rounds of the loop between two looks at the clock, while there is work

static struct connection connections[CONNECTIONS];
static struct pollfd watched[1 + CONNECTIONS]; // the listener is first
static int slots; // no connection behind so many is in use

// A free slot; for want of one, that of the client that has been silent longest between requests.
// Or NULL.
static struct connection *
find_slot(void)
{
  struct connection *idle = NULL;

  for(struct connection *c = connections; c < connections + CONNECTIONS; c++){
    if(c->state == FREE)
      return c;
    if(c->state == READING && c->filled == 0 && c->requests > 0 &&
       (idle == NULL || c->deadline < idle->deadline))
      idle = c;
  }
  return idle;
}

static void
watch(struct connection *c)
{
  int slot = (int)(c - connections);

  watched[1 + slot].fd = c->state == FREE ? -1 : c->fd;
  watched[1 + slot].events = c->state == WRITING ? POLLOUT : POLLIN;
  if(c->state != FREE && slot >= slots)
    slots = slot + 1;
  while(slots > 0 && watched[slots].fd < 0)
    slots--;
}

// Takes in whoever waits, as long as there is a slot.
static void
accept_all(int listener, uint64 now)
{
  struct connection *c;
  int fd;

  while((c = find_slot()) != NULL && (fd = tcp_accept(listener)) >= 0){
    if(c->state != FREE)
      connection_close(c);
    connection_open(c, fd, now);
    connection_read(c, now); // the request has often come with the connection
    watch(c);
  }
}

static void
serve_ready(uint64 now)
{
  for(int i = 0; i < slots; i++){
    struct connection *c = &connections[i];
    if(c->state == FREE)
      continue;
    if(watched[1 + i].revents == 0)
      connection_expire(c, now);
    else if(c->state == WRITING)
      connection_write(c, now);
    else
      connection_read(c, now);
    watch(c);
  }
}

static void __attribute__((noreturn))
serve(int listener)
{
  uint64 now = (uint64)uptime();
  int rounds = 0, ready;

  watched[0] = (struct pollfd){ listener, POLLIN, 0 };
  for(;;){
    // While nobody can be let in, the door is not watched: else the loop would never rest.
    watched[0].fd = find_slot() ? listener : -1;
    ready = poll(watched, 1 + slots, TICKS_SECOND);
    if(ready <= 0 || ++rounds >= CLOCK_ROUNDS){
      now = (uint64)uptime();
      rounds = 0;
    }
    serve_ready(now);
    if(watched[0].revents)
      accept_all(listener, now);
  }
}

static int
usage(void)
{
  fprintf(STDERR, "usage: httpd [-p port] [-r root]\n");
  return 1;
}

int
main(int argc, char *argv[])
{
  const char *root = ROOT;
  int port = PORT, listener;

  for(int i = 1; i < argc; i += 2){
    if(i + 1 == argc)
      exit(usage());
    if(strcmp(argv[i], "-p") == 0)
      port = atoi(argv[i + 1]);
    else if(strcmp(argv[i], "-r") == 0)
      root = argv[i + 1];
    else
      exit(usage());
  }
  if(strlen(root) >= ROOT_MOST || root[0] != '/'){
    fprintf(STDERR, "httpd: expected a root of less than %d bytes that starts with /\n", ROOT_MOST);
    exit(1);
  }
  page_root(strcmp(root, "/") == 0 ? "" : root);
  listener = tcp_listen(port, BACKLOG);
  if(listener < 0 || set_nonblocking(listener, 1) < 0){
    fprintf(STDERR, "httpd: cannot listen on port %d\n", port);
    exit(1);
  }
  printf("httpd: port %d, root %s\n", port, root);
  serve(listener);
}
