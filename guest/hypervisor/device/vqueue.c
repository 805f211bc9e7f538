// A mediated virtio queue. Invariant: every descriptor that the device can see leads into memory of
// the guest, by machine addresses; the guest's descriptors are read once, so changing them later is
// in vain. Each frame that the device may write is lent while it may (guest_lend).

#include "device/vqueue.h"
#include "memory/arena.h"
#include "guest/guest.h"
#include "memory/bytes.h"
#include "virtio_mmio.h"

#define NO_DESC 0xffff

// Steps that one call of vqueue_forward may take: a descriptor or a frame that it looks at is one, a
// frame that comes into being STEPS_FRAME more. A chain whose frames are all there takes fewer.
#define STEPS_MOST  2048
#define STEPS_FRAME 32

// A chain cut into pieces that are contiguous in the machine.
struct pieces {
  struct vdesc piece[VQUEUE_MOST];
  uint32 count;
  uint32 lent;  // frames that the device may write, once for each piece
  uint64 bytes;
};

static struct pieces pieces; // only within vqueue_forward
static int steps;            // how many are left to the call in progress

// Frames in which a piece lies.
static uint32
frames_of(const struct vdesc *d)
{
  return (PGROUNDUP(d->address + d->bytes) - PGROUNDDOWN(d->address)) >> PGSHIFT;
}

// A descriptor that the device is done with.
static void
take_back(struct vqueue *q, struct vdesc *d)
{
  if(d->flags & VIRTQ_DESC_F_WRITE){
    guest_take_back(d->address, d->bytes);
    q->lent -= frames_of(d);
  }
  d->flags = 0;
}

void
vqueue_init(struct vqueue *q, uint32 size)
{
  *q = (struct vqueue){ .device_size = size < VQUEUE_MOST ? size : VQUEUE_MOST };
  q->device_desc = arena_take(q->device_size * sizeof(struct vdesc));
  q->device_avail = arena_take(sizeof(struct vavail));
  q->device_used = arena_take(sizeof(struct vused));
  q->head = arena_take(q->device_size * sizeof(uint16));
  memset(q->device_desc, 0, q->device_size * sizeof(struct vdesc));
  vqueue_reset(q);
}

void
vqueue_reset(struct vqueue *q)
{
  q->size = 0;
  q->ready = 0;
  q->desc = q->avail = q->used = 0;
  q->avail_next = q->used_next = 0;
  vqueue_drop(q);
}

void
vqueue_drop(struct vqueue *q)
{
  q->device_used_next = 0;
  q->free = 0;
  q->free_count = q->device_size;
  for(uint32 i = 0; i < q->device_size; i++){
    take_back(q, &q->device_desc[i]);
    q->device_desc[i] = (struct vdesc){ .next = i + 1 < q->device_size ? i + 1 : NO_DESC };
  }
  q->device_avail->flags = q->device_avail->index = 0;
  q->device_used->flags = q->device_used->index = 0;
}

static int
owns_range(struct guest *guest, uint64 gpa, uint64 bytes)
{
  uint64 last = gpa + bytes - 1;
  return bytes > 0 && last >= gpa && guest_owns(guest, gpa) && guest_owns(guest, last);
}

int
vqueue_acceptable(struct guest *guest, const struct vqueue *q)
{
  return q->size > 0 && q->size <= VQUEUE_GUEST_MOST && (q->size & (q->size - 1)) == 0 &&
         q->desc % 16 == 0 && q->avail % 2 == 0 && q->used % 4 == 0 &&
         owns_range(guest, q->desc, 16 * q->size) && owns_range(guest, q->avail, 6 + 2 * q->size) &&
         owns_range(guest, q->used, 6 + 8 * q->size);
}

// The machine address of an index in the guest's rings, which vqueue_acceptable has found to lie in its
// memory. None crosses a frame.
static volatile uint16 *
ring16(struct guest *guest, uint64 gpa)
{
  return (volatile uint16 *)guest_address(guest, gpa);
}

static void
put_used(struct guest *guest, struct vqueue *q, uint32 id, uint32 bytes)
{
  uint64 at = q->used + 4 + 8 * (q->used_next % q->size);
  guest_put(guest, at, id, 4);
  guest_put(guest, at + 4, bytes, 4);
  q->used_next++;
}

// The machine address of `gpa`, as a step. 0: its frame would have to come into being, and no steps
// are left for that.
static uint64
place(struct guest *guest, uint64 gpa)
{
  steps--;
  if(guest->map[GUEST_NUMBER(guest, gpa)] == NO_FRAME && (steps -= STEPS_FRAME) < 0)
    return 0;
  return guest_address(guest, gpa);
}

// Appends one buffer of the guest; malformed: it is not its own, or there are too many pieces for
// any ring.
static enum vqueue_result
cut(struct guest *guest, uint32 limit, uint64 gpa, uint64 bytes, uint16 flags)
{
  struct vdesc *last = NULL; // the buffer's last piece so far
  pieces.bytes += bytes;
  if(!owns_range(guest, gpa, bytes) || pieces.bytes > VQUEUE_CHAIN_BYTES)
    return VQUEUE_MALFORMED;
  while(bytes > 0){
    uint64 address = place(guest, gpa);
    uint64 n = PGSIZE - gpa % PGSIZE < bytes ? PGSIZE - gpa % PGSIZE : bytes;
    if(address == 0)
      return VQUEUE_MORE;
    if(last != NULL && last->address + last->bytes == address)
      last->bytes += n;
    else if(pieces.count == limit)
      return VQUEUE_MALFORMED;
    else {
      last = &pieces.piece[pieces.count++];
      *last = (struct vdesc){ .address = address, .bytes = n, .flags = flags };
    }
    pieces.lent += (flags & VIRTQ_DESC_F_WRITE) != 0;
    gpa += n;
    bytes -= n;
  }
  return VQUEUE_DONE;
}

// Follows the guest's chain from `head` into `pieces`.
static enum vqueue_result
gather(struct guest *guest, struct vqueue *q, uint16 head)
{
  uint32 seen = 0;
  pieces.count = pieces.lent = pieces.bytes = 0;
  for(uint16 i = head; ; ){
    if(i >= q->size || seen++ == q->size)
      return VQUEUE_MALFORMED;
    uint64 at = place(guest, q->desc + 16 * i);
    if(at == 0)
      return VQUEUE_MORE;
    struct vdesc d = *(volatile struct vdesc *)at;
    if(d.flags & VIRTQ_DESC_F_INDIRECT)
      return VQUEUE_MALFORMED;
    enum vqueue_result result = cut(guest, q->device_size, d.address, d.bytes,
                                    d.flags & VIRTQ_DESC_F_WRITE);
    if(result != VQUEUE_DONE || !(d.flags & VIRTQ_DESC_F_NEXT))
      return result;
    i = d.next;
  }
}

// Whether the device can take `pieces` now, besides what it has.
static int
fits(const struct vqueue *q)
{
  return pieces.count <= q->free_count && pieces.lent + q->lent <= VQUEUE_LENT_MOST;
}

// Puts `pieces` into the device's ring, as a chain that stands for the guest's.
static void
publish(struct vqueue *q, uint16 guest_head)
{
  uint16 head = q->free, last = head;
  for(uint32 i = 0; i < pieces.count; i++){
    const struct vdesc *piece = &pieces.piece[i];
    struct vdesc *d = &q->device_desc[q->free];
    last = q->free;
    q->free = d->next;
    *d = (struct vdesc){ .address = piece->address, .bytes = piece->bytes,
                         .flags = piece->flags | VIRTQ_DESC_F_NEXT, .next = d->next };
    if(piece->flags & VIRTQ_DESC_F_WRITE)
      guest_lend(piece->address, piece->bytes);
  }
  q->device_desc[last].flags &= ~VIRTQ_DESC_F_NEXT;
  q->free_count -= pieces.count;
  q->lent += pieces.lent;
  q->head[head] = guest_head;
  struct vavail *avail = q->device_avail;
  avail->ring[avail->index % q->device_size] = head;
  __asm__ volatile("fence w, w" : : : "memory");
  *(volatile uint16 *)&avail->index = avail->index + 1;
}

enum vqueue_result
vqueue_forward(struct guest *guest, struct vqueue *q, uint32 *chains)
{
  uint16 until = *ring16(guest, q->avail + 2);
  __asm__ volatile("fence r, r" : : : "memory");
  *chains = 0;
  if((uint16)(until - q->avail_next) > q->size)
    return VQUEUE_MALFORMED;
  for(steps = STEPS_MOST; q->avail_next != until; q->avail_next++, (*chains)++){
    uint16 head = *ring16(guest, q->avail + 4 + 2 * (q->avail_next % q->size));
    if(steps < STEPS_MOST / 4)
      return VQUEUE_MORE;
    enum vqueue_result result = gather(guest, q, head);
    if(result != VQUEUE_DONE)
      return result;
    if(!fits(q))
      return VQUEUE_DONE; // when the device gives some back
    publish(q, head);
  }
  return VQUEUE_DONE;
}

// Gives the descriptors of a chain back. -1: it has no end.
static int
release(struct vqueue *q, uint16 head)
{
  uint16 i = head;
  for(uint32 seen = 0; seen < q->device_size; seen++){
    struct vdesc *d = &q->device_desc[i];
    uint16 more = d->flags & VIRTQ_DESC_F_NEXT;
    take_back(q, d);
    q->free_count++;
    if(!more){
      d->next = q->free;
      q->free = head;
      return 0;
    }
    i = d->next;
  }
  return -1;
}

int
vqueue_return(struct guest *guest, struct vqueue *q, int *interrupt)
{
  int chains = 0;
  *interrupt = 0;
  while(q->device_used_next != *(volatile uint16 *)&q->device_used->index){
    __asm__ volatile("fence r, r" : : : "memory");
    uint32 i = q->device_used_next++ % q->device_size;
    uint32 head = q->device_used->ring[i].id;
    if(head >= q->device_size || release(q, head) < 0)
      return -1;
    put_used(guest, q, q->head[head], q->device_used->ring[i].bytes);
    chains++;
  }
  if(chains > 0){
    __asm__ volatile("fence w, w" : : : "memory");
    guest_put(guest, q->used + 2, q->used_next, 2);
    __asm__ volatile("fence rw, rw" : : : "memory");
    *interrupt = !(*ring16(guest, q->avail) & VIRTQ_AVAIL_F_NO_INTERRUPT);
  }
  return chains;
}
