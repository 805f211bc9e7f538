// A pool of numbered frames: which of [first, first + n) are free.
//
// Those never used yet are on no list: they come out in an order computed on the fly, by number for
// seed 0, otherwise by a stride that is coprime to n, at the same cost whatever the seed. Those
// that came back are on a stack; some of which it is known that they hold only zeros (page tables
// that were emptied) are kept apart, as they need not be cleared again. The functions here are
// inline because each allocation in the kernel passes through them.
#pragma once

#include "memory/seed.h"

#define NO_FRAME   0xffffffffU
#define POOL_EMPTY 64 // so many known to hold zeros are kept at most

struct pool {
  uint32  first, n;
  uint32  stride, next; // the order: next is where it stands, below n
  uint32  fresh;        // how many were never used
  uint32  freed_count;
  uint32 *freed;        // room for n
  uint32  empty_count;
  uint32  empty[POOL_EMPTY];
};

void pool_init(struct pool *pool, uint32 first, uint32 n, uint32 *freed, enum seed_use use);

// Takes a frame that is known to hold only zeros; NO_FRAME if there is none.
static inline uint32
pool_take_empty(struct pool *pool)
{
  return pool->empty_count > 0 ? pool->empty[--pool->empty_count] : NO_FRAME;
}

// Takes a free frame; NO_FRAME if there is none.
static inline uint32
pool_take(struct pool *pool)
{
  if(pool->freed_count > 0)
    return pool->freed[--pool->freed_count];
  if(pool->fresh == 0)
    return pool_take_empty(pool);
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

// As pool_give, for a frame that holds only zeros.
static inline void
pool_give_empty(struct pool *pool, uint32 frame)
{
  if(pool->empty_count < POOL_EMPTY)
    pool->empty[pool->empty_count++] = frame;
  else
    pool_give(pool, frame);
}

static inline uint32
pool_left(const struct pool *pool)
{
  return pool->fresh + pool->freed_count + pool->empty_count;
}
