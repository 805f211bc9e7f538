// Original frames, handed out once: Memvisor cannot see a kernel free a frame, so a guest frame keeps its
// machine frame until the guest ends.

#include "frames.h"
#include "arena.h"
#include "machine.h"
#include "memory.h"
#include "print.h"

struct originals originals;

// xorshift64: any period will do, the order only has to follow from the seed.
static uint64
next_random(uint64 *state)
{
  uint64 x = *state;
  x ^= x << 13;
  x ^= x >> 7;
  x ^= x << 17;
  return *state = x;
}

static void
shuffle(uint32 *order, uint64 count, uint64 seed)
{
  uint64 state = seed * 0x9e3779b97f4a7c15UL | 1;
  for(uint64 i = count; i > 1; i--){
    uint64 j = next_random(&state) % i;
    uint32 swapped = order[i - 1];
    order[i - 1] = order[j];
    order[j] = swapped;
  }
}

void
order_fill(uint32 *order, uint64 count, uint64 seed)
{
  for(uint64 i = 0; i < count; i++)
    order[i] = i;
  if(seed != 0)
    shuffle(order, count, seed);
}

void
frames_init(uint64 seed)
{
  uint64 end = machine.original.base + machine.original.bytes;
  // The most that can be left; the arena takes its share of it in the next two lines.
  uint64 most = machine.original.bytes >> PGSHIFT;
  originals.frame = arena_take(most * sizeof(struct frame));
  originals.order = arena_take(most * sizeof(uint32));
  originals.base = arena_close();
  originals.count = (end - originals.base) >> PGSHIFT;
  originals.usable = 0;
  for(uint64 i = 0; i < originals.count; i++){
    originals.frame[i] = (struct frame){ .use = FRAME_FREE, .backup = NO_BACKUP };
    if(!spans_meet(frame_address(i), PGSIZE, machine.initrd.base, machine.initrd.bytes))
      originals.order[originals.usable++] = i;
  }
  if(seed != 0)
    shuffle(originals.order, originals.usable, seed);
}

uint32
frame_take(void)
{
  if(originals.used == originals.usable)
    return NO_FRAME;
  uint32 frame = originals.order[originals.used++];
  zero_page((void *)frame_address(frame));
  originals.frame[frame].use = FRAME_USER;
  originals.frame[frame].refs = 1;
  return frame;
}
