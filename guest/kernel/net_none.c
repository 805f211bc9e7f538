// A kernel without a network: listening fails.

#include "net.h"

void
net_init(void)
{
}

int
net_listen(int port, int backlog)
{
  (void)port;
  (void)backlog;
  return -1;
}

int
net_accept(int listener)
{
  (void)listener;
  return -1;
}
