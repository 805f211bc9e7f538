// httpd [-p port] [-r root]: a small web server in the manner of thttpd. One process, one loop over
// poll, nonblocking sockets; GET and HEAD of the files below the root.
// Invariant: no call in the loop waits but poll, so no client can hold up another; and while all
// places are taken, none is kept for long by a client that is idle or slow.

#include "httpd_connection.h"

#define PORT    80
#define ROOT    "/www"
#define BACKLOG 64
#define GRACE   10 // ticks that a client may be behind while another waits for its place
#define CLOCK_ROUNDS 16 // rounds of the loop between two looks at the clock, while there is work

static struct connection connections[CONNECTIONS];
static struct pollfd watched[1 + CONNECTIONS]; // the listener is first
static int slots; // no connection behind so many is in use

static struct connection *
unused_slot(void)
{
  for(struct connection *c = connections; c < connections + CONNECTIONS; c++)
    if(c->state == FREE)
      return c;
  return NULL;
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

// The slot of the client that is furthest behind, whose connection ends; NULL while none is behind
// by more than GRACE. Requires: no slot is unused.
static struct connection *
make_room(uint64 now)
{
  for(int tries = 0; tries < CONNECTIONS; tries++){
    struct connection *slowest = connections;
    for(struct connection *c = connections; c < connections + CONNECTIONS; c++)
      if(c->since < slowest->since)
        slowest = c;
    if(now - slowest->since < GRACE)
      return NULL;
    connection_give_way(slowest, now);
    watch(slowest);
    if(slowest->state == FREE)
      return slowest;
  }
  return NULL;
}

static int
somebody_waits(int listener)
{
  struct pollfd door = { listener, POLLIN, 0 };

  return poll(&door, 1, 0) > 0;
}

// Accepts the clients that wait, as long as there is room or room can be made.
static void
accept_all(int listener, uint64 now)
{
  for(;;){
    struct connection *c = unused_slot();
    crowded = c == NULL && somebody_waits(listener);
    if(crowded)
      c = make_room(now);
    int fd = c ? tcp_accept(listener) : -1;
    if(fd < 0)
      return;
    crowded = 0;
    connection_open(c, fd, now);
    connection_read(c, now); // the request has often come with the connection
    watch(c);
  }
}

static void
serve_ready(int listener, uint64 now)
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
    if(crowded && c->state == FREE)
      accept_all(listener, now);
  }
}

static void __attribute__((noreturn))
serve(int listener)
{
  uint64 now = (uint64)uptime();
  int rounds = 0, ready;

  watched[0] = (struct pollfd){ listener, POLLIN, 0 };
  for(;;){
    // While no client can be let in, the door is not watched: else the loop would never rest.
    watched[0].fd = crowded ? -1 : listener;
    watched[0].revents = 0;
    ready = poll(watched, 1 + slots, crowded ? 1 : TICKS_SECOND);
    if(ready <= 0 || ++rounds >= CLOCK_ROUNDS){
      now = (uint64)uptime();
      rounds = 0;
    }
    serve_ready(listener, now);
    if(crowded || watched[0].revents)
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
