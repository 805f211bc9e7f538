// A kernel without a network.

#include "../include/types.h"

void
net_init(void)
{
}

uint64
sys_tcp_listen(void)
{
  return -1;
}

uint64
sys_tcp_accept(void)
{
  return -1;
}
