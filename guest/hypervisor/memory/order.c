// Making an order from a seed.

#include "memory/order.h"

static uint32
common_divisor(uint32 a, uint32 b)
{
  while(b != 0){
    uint32 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// One round of murmur3's finaliser (Appleby): neighbouring seeds give distant numbers.
static uint64
mixed(uint64 x)
{
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdUL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53UL;
  return x ^ x >> 33;
}

void
order_init(struct order *order, uint32 n, uint64 seed)
{
  *order = (struct order){ .n = n, .left = n, .stride = 1 };
  if(seed == 0 || n < 2)
    return;
  order->next = mixed(seed) % n;
  order->stride = 1 + mixed(~seed) % (n - 1);
  while(common_divisor(order->stride, n) != 1)
    order->stride = order->stride % (n - 1) + 1;
}
