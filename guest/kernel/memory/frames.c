// The frame allocator. The records (audit.h) and the stack of freed frames lie behind the kernel's
// bss, so that they too stay below FRAMES_BASE.

#include "memory/frames.h"
#include "layout.h"
#include "mirror/mirror.h"
#include "memory/pool.h"
#include "print.h"
#include "process/process.h"
#include "string.h"
#include "memory/vm.h"

extern char kernel_end[]; // kernel.ld

struct frame *frames;
struct audit_kernel audit_kernel;

static uint32 frame_count;
static struct pool pool;

static void
audit_init(void)
{
  audit_kernel = (struct audit_kernel){
    .magic = AUDIT_MAGIC,
    .version = AUDIT_VERSION,
    .originals_base = FRAMES_BASE,
    .originals_count = frame_count,
    .frames = (uint64)frames,
    .processes = (uint64)processes,
    .process_count = NPROC,
    .process_stride = sizeof(struct process),
    .process_root = __builtin_offsetof(struct process, root),
    .process_pid = __builtin_offsetof(struct process, pid),
    .process_building = __builtin_offsetof(struct process, building),
    .empty_originals = (uint64)pool.empty,
    .empty_originals_count = (uint64)&pool.empty_count,
  };
}

void
frames_init(void)
{
  struct placement place;
  mirror_place(&place);
  if(place.originals_end <= FRAMES_BASE)
    panic("frames: the device tree names no memory above the kernel");
  frame_count = (place.originals_end - FRAMES_BASE) >> PGSHIFT;
  if(frame_count > MAX_FRAMES)
    frame_count = MAX_FRAMES;
  frames = metadata_take(frame_count * sizeof(struct frame));
  pool_init(&pool, 0, frame_count, metadata_take(frame_count * sizeof(uint32)),
            SEED_ORIGINALS);
  for(uint32 i = 0; i < frame_count; i++)
    frames[i] = (struct frame){ .use = FRAME_FREE, .backup = NO_BACKUP };
  audit_init();
  mirror_init(&place, frame_count);
}

void *
metadata_take(uint64 bytes)
{
  static uint64 taken;
  void *at = kernel_end + taken;
  taken += (bytes + 7) & ~7UL;
  if((uint64)kernel_end + taken > FRAMES_BASE)
    panic("frames: records reach FRAMES_BASE");
  return at;
}

// A frame out of the pool comes into use, with its backup.
static void *
claim(uint32 i, int use)
{
  frames[i] = (struct frame){ .use = use, .refs = 1, .backup = NO_BACKUP };
  if(use != FRAME_KERNEL && mirror_frame(i) < 0){
    frames[i].use = FRAME_FREE;
    pool_give(&pool, i);
    return NULL;
  }
  return frame_at(i);
}

void *
frame_alloc(int use)
{
  uint32 i = pool_take(&pool);
  return i == NO_FRAME ? NULL : claim(i, use);
}

void *
frame_alloc_cleared(int use)
{
  uint32 i = pool_take_empty(&pool);
  if(i != NO_FRAME)
    return claim(i, use);
  void *frame = frame_alloc(use);
  if(frame != NULL)
    page_clear(frame);
  return frame;
}

// A frame goes out of use, with its backup. Its index.
static uint32
release(void *frame)
{
  uint32 i = frame_index(frame);
  if((uint64)frame % PGSIZE != 0 || i >= frame_count || frames[i].use == FRAME_FREE)
    panic("frames: freeing what is no frame in use");
  if(frames[i].use != FRAME_KERNEL)
    mirror_release(i);
  frames[i] = (struct frame){ .use = FRAME_FREE, .backup = NO_BACKUP };
  return i;
}

void
frame_free(void *frame)
{
  pool_give(&pool, release(frame));
}

void
frame_free_empty(void *frame)
{
  pool_give_empty(&pool, release(frame));
}

void
frames_statistics(struct statistics *out)
{
  out->frames_usable = frame_count;
  out->frames_free = pool_left(&pool);
}
