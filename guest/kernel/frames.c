// The frame allocator. The records (audit.h) and the stack of freed frames lie behind the kernel's bss, so
// that they too stay below FRAMES_BASE. Frames never used yet are on no list: they come out of an order
// computed on the fly, whose cost is the same for every seed.

#include "frames.h"
#include "devicetree.h"
#include "layout.h"
#include "mirror.h"
#include "print.h"
#include "process.h"
#include "string.h"
#include "vm.h"

extern char kernel_end[]; // kernel.ld

struct frame *frames;
struct audit_kernel audit_kernel;

static uint32  frame_count;
static uint32 *freed; // a stack of indices
static uint32  freed_count;
static struct order fresh;

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
  };
}

void
frames_init(void)
{
  struct placement place;
  uint64 seed = bootarg("seed", 0);
  mirror_place(&place);
  if(place.originals_end <= FRAMES_BASE)
    panic("frames: the device tree names no memory above the kernel");
  frame_count = (place.originals_end - FRAMES_BASE) >> PGSHIFT;
  if(frame_count > MAX_FRAMES)
    frame_count = MAX_FRAMES;
  frames = metadata_take(frame_count * sizeof(struct frame));
  freed = metadata_take(frame_count * sizeof(uint32));
  for(uint32 i = 0; i < frame_count; i++)
    frames[i] = (struct frame){ .use = FRAME_FREE, .backup = NO_BACKUP };
  order_init(&fresh, frame_count, seed);
  audit_init();
  mirror_init(&place, frame_count, seed);
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

void *
frame_alloc(int use)
{
  uint32 i;
  if(freed_count > 0)
    i = freed[--freed_count];
  else if(fresh.taken < fresh.n)
    i = order_take(&fresh);
  else
    return NULL;
  frames[i] = (struct frame){ .use = use, .refs = 1, .backup = NO_BACKUP };
  if(use != FRAME_KERNEL && mirror_frame(i) < 0){
    frames[i].use = FRAME_FREE;
    freed[freed_count++] = i;
    return NULL;
  }
  return frame_at(i);
}

void *
frame_alloc_cleared(int use)
{
  void *frame = frame_alloc(use);
  if(frame != NULL)
    page_clear(frame);
  return frame;
}

void
frame_free(void *frame)
{
  uint32 i = frame_index(frame);
  if((uint64)frame % PGSIZE != 0 || i >= frame_count || frames[i].use == FRAME_FREE)
    panic("frames: freeing what is no frame in use");
  if(frames[i].use != FRAME_KERNEL)
    mirror_release(i);
  frames[i] = (struct frame){ .use = FRAME_FREE, .backup = NO_BACKUP };
  freed[freed_count++] = i;
}

uint32
frame_index(const void *frame)
{
  return ((uint64)frame - FRAMES_BASE) >> PGSHIFT;
}

void *
frame_at(uint32 index)
{
  return (void *)(FRAMES_BASE + ((uint64)index << PGSHIFT));
}

void
frames_statistics(struct statistics *out)
{
  out->frames_usable = frame_count;
  out->frames_free = freed_count + (fresh.n - fresh.taken);
}

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
order_init(struct order *o, uint32 n, uint64 seed)
{
  *o = (struct order){ .n = n, .stride = 1 };
  if(seed == 0 || n < 4)
    return;
  o->next = mix(seed) % n;
  o->stride = mix(seed + 1) % n;
  while(gcd(o->stride, n) != 1)
    o->stride = (o->stride + 1) % n;
}

uint32
order_take(struct order *o)
{
  uint32 taken = o->next;
  o->taken++;
  o->next += o->stride;
  if(o->next >= o->n)
    o->next -= o->n;
  return taken;
}
