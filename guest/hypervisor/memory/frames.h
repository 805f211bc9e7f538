// Original frames: the machine frames that become guest memory. Invariant: a frame handed out is in
// the bank of originals, belongs to one guest frame, and is zero.
#pragma once

#include "audit.h"
#include "memory/order.h"
#include "riscv.h"

#define NO_FRAME NO_BACKUP

struct originals {
  uint64 base;               // machine address of frame 0
  uint64 count;
  struct frame *frame;       // one record for each
  struct order order;        // in which those outside the initrd are handed out
  uint32 hole, hole_frames;  // the initrd
};

extern struct originals originals;

// Takes what the arena left of the bank, permuted by seed (0: in address order); panics if it is
// less than `frames`.
void   frames_init(uint64 frames, uint64 seed);
// A zeroed frame with use FRAME_USER. Requires: fewer than `frames` were taken.
uint32 frame_take(void);

static inline uint64
frame_address(uint32 frame)
{
  return originals.base + ((uint64)frame << PGSHIFT);
}

static inline uint32
frame_at(uint64 address)
{
  return (address - originals.base) >> PGSHIFT;
}
