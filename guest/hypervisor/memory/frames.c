// Original frames, handed out once: Memvisor cannot see a kernel free a frame, so a guest frame
// keeps its machine frame until the guest ends.

#include "memory/frames.h"
#include "memory/arena.h"
#include "machine/machine.h"
#include "memory/bytes.h"
#include "machine/print.h"

struct originals originals;

void
frames_init(uint64 frames, uint64 seed)
{
  const union {
    struct frame frame;
    uint64 word;
  } free = { .frame = { .use = FRAME_FREE, .backup = NO_BACKUP } };
  uint64 end = machine.original.base + machine.original.bytes;
  // The most that can be left; the arena takes its share of it in the next line.
  originals.frame = arena_take((machine.original.bytes >> PGSHIFT) * sizeof(struct frame));
  originals.base = arena_close();
  originals.count = (end - originals.base) >> PGSHIFT;
  fill_words(originals.frame, free.word, originals.count * sizeof(struct frame));
  if(spans_meet(originals.base, end - originals.base, machine.initrd.base, machine.initrd.bytes)){
    uint64 last = machine.initrd.base + machine.initrd.bytes - 1;
    uint64 first = machine.initrd.base > originals.base ? machine.initrd.base : originals.base;
    originals.hole = frame_at(first);
    originals.hole_frames = frame_at(last < end ? last : end - 1) - originals.hole + 1;
  }
  if(originals.count - originals.hole_frames < frames)
    panic("frames: expected a bank of originals with room for the guest, got less");
  order_init(&originals.order, originals.count - originals.hole_frames, seed);
}

uint32
frame_take(void)
{
  if(originals.order.left == 0)
    panic("frames: none is left, though there were as many as guest frames");
  uint32 frame = order_take(&originals.order);
  if(frame >= originals.hole)
    frame += originals.hole_frames;
  zero_page((void *)frame_address(frame));
  originals.frame[frame].use = FRAME_USER;
  originals.frame[frame].refs = 1;
  return frame;
}
