// full: a server without a descriptor left. Listens, takes all descriptors, and waits for a client,
// whom it cannot accept; gives one back, accepts, and returns what the client sends. Says what went
// wrong, or SERVED. For the tests of sockets.

#include "user.h"

#define PORT    7
#define BACKLOG 4

static void
must(int holds, const char *what)
{
  if(holds)
    return;
  printf("full: wrong: %s\n", what);
  exit(1);
}

static void
take_all_descriptors(void)
{
  while(dup(STDIN) >= 0)
    ;
}

int
main(void)
{
  static char bytes[64];
  int listener = tcp_listen(PORT, BACKLOG), client, n;
  struct pollfd waits = { .fd = listener, .events = POLLIN };

  must(listener >= 0, "no port");
  take_all_descriptors();
  printf("full: port %d\n", PORT);
  must(poll(&waits, 1, -1) == 1, "no client");
  must(tcp_accept(listener) == -1, "accepted without a descriptor");
  must(poll(&waits, 1, 0) == 1, "the client is lost");
  must(close(STDIN) == 0, "no descriptor to give back");
  client = tcp_accept(listener);
  must(client == STDIN, "accepted into another descriptor than the free one");
  while((n = read(client, bytes, sizeof bytes)) > 0)
    must(write(client, bytes, n) == n, "cannot answer");
  printf("full: SERVED\n");
  exit(0);
}
