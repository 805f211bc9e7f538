// The order in which a pool hands out frames for the first time.

#include "pool.h"

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

// One step of splitmix64 (Steele, Lea and Flood 2014): seeds that differ little give numbers that differ much.
static uint64
mix(uint64 z)
{
  z += 0x9e3779b97f4a7c15UL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
  return z ^ (z >> 31);
}

void
pool_init(struct pool *pool, uint32 first, uint32 n, uint32 *freed, uint64 seed)
{
  *pool = (struct pool){ .first = first, .n = n, .stride = 1, .fresh = n, .freed = freed };
  if(seed == 0 || n < 4)
    return;
  pool->next = mix(seed) % n;
  pool->stride = mix(seed + 1) % n;
  while(gcd(pool->stride, n) != 1)
    pool->stride = (pool->stride + 1) % n;
}
