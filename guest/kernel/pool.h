// A pool of numbered frames: which of [first, first + n) are free.
//
// Those never used yet are on no list: they come out in an order computed on the fly, by number for
// seed 0, otherwise by a stride that is coprime to n, at the same cost whatever the seed. Those
// that came back are on a stack. The functions here are inline because each allocation in the
// kernel passes through them.
#pragma once

#include "seed.h"

#define NO_FRAME 0xffffffffU

struct pool {
  uint32  first, n;
  uint32  stride, next; // the order: next is where it stands, below n
  uint32  fresh;        // how many were never used
  uint32  freed_count;
  uint32 *freed;        // room for n
};

void pool_init(struct pool *pool, uint32 first, uint32 n, uint32 *freed, enum seed_use use);

// NO_FRAME if none is free.
static inline uint32
pool_take(struct pool *pool)
{
  if(pool->freed_count > 0)
    return pool->freed[--pool->freed_count];
  if(pool->fresh == 0)
    return NO_FRAME;
  uint32 taken = pool->next;
  uint32 next = taken + pool->stride;
  pool->next = next >= pool->n ? next - pool->n : next;
  pool->fresh--;
  return pool->first + taken;
}

static inline void
pool_give(struct pool *pool, uint32 frame)
{
  pool->freed[pool->freed_count++] = frame;
}

static inline uint32
pool_left(const struct pool *pool)
{
  return pool->fresh + pool->freed_count;
}
