// The order in which a pool hands out frames for the first time.

#include "memory/pool.h"

static uint32
gcd(uint32 a, uint32 b)
{
  while(b != 0){
    uint32 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

void
pool_init(struct pool *pool, uint32 first, uint32 n, uint32 *freed, enum seed_use use)
{
  *pool = (struct pool){ .first = first, .n = n, .stride = 1, .fresh = n, .freed = freed };
  uint64 stride = seed_number(use, 1);
  if(stride == 0 || n < 4)
    return;
  pool->next = seed_number(use, 0) % n;
  pool->stride = stride % n;
  while(gcd(pool->stride, n) != 1)
    pool->stride = (pool->stride + 1) % n;
}
