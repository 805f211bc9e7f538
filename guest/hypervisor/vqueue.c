// A mediated virtio queue. Invariant: every descriptor that the device can see leads into memory of
// the guest, by machine addresses; the guest's descriptors are read once, so changing them later is
// in vain.

#include "vqueue.h"
#include "arena.h"
#include "guest.h"
#include "paging.h"

#define DESC_NEXT     1
#define DESC_WRITE    2
#define DESC_INDIRECT 4
#define AVAIL_NO_INTERRUPT 1
#define NO_DESC 0xffff

#define VQUEUE_FULL (-2)

// A buffer cut into pieces that are contiguous in the machine.
struct pieces {
  struct vdesc piece[VQUEUE_MOST];
  uint32 count;
};

static struct pieces pieces; // only within vqueue_forward

void
vqueue_init(struct vqueue *q, uint32 size)
{
  q->device_size = size < VQUEUE_MOST ? size : VQUEUE_MOST;
  q->device_desc = arena_take(q->device_size * sizeof(struct vdesc));
  q->device_avail = arena_take(sizeof(struct vavail));
  q->device_used = arena_take(sizeof(struct vused));
  q->head = arena_take(q->device_size * sizeof(uint16));
  vqueue_reset(q);
}

void
vqueue_reset(struct vqueue *q)
{
  q->size = 0;
  q->ready = 0;
  q->desc = q->avail = q->used = 0;
  q->avail_next = q->used_next = q->device_used_next = 0;
  q->free = 0;
  q->free_count = q->device_size;
  for(uint32 i = 0; i < q->device_size; i++)
    q->device_desc[i] = (struct vdesc){ .next = i + 1 < q->device_size ? i + 1 : NO_DESC };
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

// Places in the guest's rings; vqueue_acceptable has seen that they are its own. None crosses a
// frame.
static volatile uint16 *
ring16(struct guest *guest, uint64 gpa)
{
  return (volatile uint16 *)guest_address(guest, gpa);
}

static void
put_used(struct guest *guest, struct vqueue *q, uint32 id, uint32 bytes)
{
  uint64 at = q->used + 4 + 8 * (q->used_next % q->size);
  *(volatile uint32 *)guest_address(guest, at) = id;
  *(volatile uint32 *)guest_address(guest, at + 4) = bytes;
  q->used_next++;
}

// Appends one buffer of the guest. -1: it is not its own, or there are too many pieces for any
// ring.
static int
cut(struct guest *guest, uint32 limit, uint64 gpa, uint64 bytes, uint16 flags)
{
  if(!owns_range(guest, gpa, bytes))
    return -1;
  struct vdesc *last = NULL; // the buffer's last piece so far
  while(bytes > 0){
    uint64 address = guest_address(guest, gpa);
    uint64 n = PGSIZE - gpa % PGSIZE < bytes ? PGSIZE - gpa % PGSIZE : bytes;
    if(last != NULL && last->address + last->bytes == address)
      last->bytes += n;
    else if(pieces.count == limit)
      return -1;
    else {
      last = &pieces.piece[pieces.count++];
      *last = (struct vdesc){ .address = address, .bytes = n, .flags = flags };
    }
    gpa += n;
    bytes -= n;
  }
  return 0;
}

// Follows the guest's chain from `head` into `pieces`. -1: malformed.
static int
gather(struct guest *guest, struct vqueue *q, uint16 head)
{
  pieces.count = 0;
  uint32 steps = 0;
  for(uint16 i = head; ; ){
    if(i >= q->size || steps++ == q->size)
      return -1;
    struct vdesc d = *(volatile struct vdesc *)guest_address(guest, q->desc + 16 * i);
    if(d.flags & DESC_INDIRECT)
      return -1;
    if(cut(guest, q->device_size, d.address, d.bytes, d.flags & DESC_WRITE) < 0)
      return -1;
    if(!(d.flags & DESC_NEXT))
      return 0;
    i = d.next;
  }
}

// Puts `pieces` into the device's ring. VQUEUE_FULL: not now.
static int
publish(struct vqueue *q, uint16 guest_head)
{
  if(pieces.count > q->free_count)
    return VQUEUE_FULL;
  uint16 head = q->free, last = head;
  for(uint32 i = 0; i < pieces.count; i++){
    struct vdesc *d = &q->device_desc[q->free];
    last = q->free;
    q->free = d->next;
    *d = (struct vdesc){ .address = pieces.piece[i].address, .bytes = pieces.piece[i].bytes,
                         .flags = pieces.piece[i].flags | DESC_NEXT, .next = d->next };
  }
  q->device_desc[last].flags &= ~DESC_NEXT;
  q->free_count -= pieces.count;
  q->head[head] = guest_head;
  struct vavail *avail = q->device_avail;
  avail->ring[avail->index % q->device_size] = head;
  __asm__ volatile("fence w, w" : : : "memory");
  *(volatile uint16 *)&avail->index = avail->index + 1;
  return 0;
}

int
vqueue_forward(struct guest *guest, struct vqueue *q)
{
  int chains = 0;
  uint16 until = *ring16(guest, q->avail + 2);
  __asm__ volatile("fence r, r" : : : "memory");
  if((uint16)(until - q->avail_next) > q->size)
    return -1;
  for(; q->avail_next != until; q->avail_next++, chains++){
    uint16 head = *ring16(guest, q->avail + 4 + 2 * (q->avail_next % q->size));
    if(gather(guest, q, head) < 0)
      return -1;
    if(publish(q, head) == VQUEUE_FULL)
      break;
  }
  return chains;
}

// Gives the descriptors of a chain back; the frames that the device may have written are told to
// paging.
static int
release(struct vqueue *q, uint16 head)
{
  uint16 i = head;
  for(uint32 steps = 0; steps < q->device_size; steps++){
    struct vdesc *d = &q->device_desc[i];
    uint16 flags = d->flags;
    if(flags & DESC_WRITE){
      for(uint64 at = PGROUNDDOWN(d->address); at < d->address + d->bytes; at += PGSIZE)
        paging_written(frame_at(at));
    }
    q->free_count++;
    if(!(flags & DESC_NEXT)){
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
    *ring16(guest, q->used + 2) = q->used_next;
    __asm__ volatile("fence rw, rw" : : : "memory");
    *interrupt = !(*ring16(guest, q->avail) & AVAIL_NO_INTERRUPT);
  }
  return chains;
}
