// The order in which the numbers 0..n-1 are handed out, each once, without a table: start and
// stride follow from a seed, and the stride has no divisor in common with n.
#pragma once

#include "types.h"

struct order {
  uint32 n;
  uint32 left;   // not handed out yet
  uint32 next;
  uint32 stride;
};

// Seed 0: ascending.
void order_init(struct order *order, uint32 n, uint64 seed);

// Requires: left > 0.
static inline uint32
order_take(struct order *order)
{
  uint32 taken = order->next;
  uint64 next = (uint64)taken + order->stride;
  order->next = next < order->n ? next : next - order->n;
  order->left--;
  return taken;
}
