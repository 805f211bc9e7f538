// echod [port]: gives back to each client what it sends, until the client ends. One process for
// each client and calls that wait: the other way to write a server, and a test of sockets that do
// wait.

#include "user.h"

#define PORT    7 // the echo service (RFC 862)
#define BACKLOG 8
#define CHUNK   4096

static void
echo(int client)
{
  static char bytes[CHUNK];
  int n;

  while((n = read(client, bytes, CHUNK)) > 0)
    if(write(client, bytes, n) != n)
      break;
}

int
main(int argc, char *argv[])
{
  int port = argc > 1 ? atoi(argv[1]) : PORT;
  int listener = tcp_listen(port, BACKLOG), client;

  if(listener < 0){
    fprintf(STDERR, "echod: cannot listen on port %d\n", port);
    exit(1);
  }
  printf("echod: port %d\n", port);
  while((client = tcp_accept(listener)) >= 0){
    // The grandchild belongs to init, so no process here has to wait for it.
    if(fork() == 0){
      close(listener);
      if(fork() == 0)
        echo(client);
      exit(0);
    }
    wait(NULL);
    close(client);
  }
  exit(1);
}
