// A virtio device seen through Memvisor. Registers that carry no address go to the device as they
// are; queues are set up in Memvisor's memory (vqueue.c); features are offered only if mediation
// knows them. A guest that sets up a malformed ring finds DEVICE_NEEDS_RESET in the status, as the
// specification has it.

#include "memory/bits.h"
#include "guest/guest.h"
#include "machine/machine.h"
#include "virtio_mmio.h"
#include "device/mediate.h"

#define CONFIG_END        0x200 // the board answers no further

#define VIRTIO_VERSION 2
#define VIRTIO_VENDOR  0x554d4551U // "QEMU", as the board has it
#define SHM_NONE       0xffffffffU // there is no such region
#define STATUS_BITS    0xffU

// Features that change nothing about the rings, by their bits in word 0; and word 1.
#define BLOCK_SIZE_MAX  (1U << 1)
#define BLOCK_SEG_MAX   (1U << 2)
#define BLOCK_GEOMETRY  (1U << 4)
#define BLOCK_RO        (1U << 5)
#define BLOCK_BLK_SIZE  (1U << 6)
#define BLOCK_FLUSH     (1U << 9)
#define BLOCK_TOPOLOGY  (1U << 10)
#define NET_CSUM        (1U << 0)
#define NET_GUEST_CSUM  (1U << 1)
#define NET_MTU         (1U << 3)
#define NET_MAC         (1U << 5)
#define NET_MRG_RXBUF   (1U << 15)
#define NET_STATUS      (1U << 16)
#define VERSION_1       (1U << (VIRTIO_F_VERSION_1 - 32))

static const uint32 block_features = BLOCK_SIZE_MAX | BLOCK_SEG_MAX | BLOCK_GEOMETRY | BLOCK_RO |
                                     BLOCK_BLK_SIZE | BLOCK_FLUSH | BLOCK_TOPOLOGY;
static const uint32 net_features = NET_CSUM | NET_GUEST_CSUM | NET_MTU | NET_MAC | NET_MRG_RXBUF |
                                   NET_STATUS;

static uint32
get(const struct vvirtio *v, uint offset)
{
  return v->device[offset / 4];
}

static void
set(const struct vvirtio *v, uint offset, uint32 value)
{
  v->device[offset / 4] = value;
}

static uint32
known_features(const struct vvirtio *v, uint32 word)
{
  if(word == 0)
    return get(v, VIRTIO_MMIO_DEVICE_ID) == VIRTIO_ID_BLOCK ? block_features : net_features;
  return word == 1 ? VERSION_1 : 0;
}

int
vvirtio_init(struct guest *guest, uint slot)
{
  struct vvirtio *v = &guest->virtio[slot];
  v->device = (volatile uint32 *)(VIRT_VIRTIO + slot * VIRT_VIRTIO_STEP);
  uint32 id = 0;
  if(get(v, VIRTIO_MMIO_MAGIC) == VIRTIO_MAGIC_VALUE &&
     get(v, VIRTIO_MMIO_VERSION) == VIRTIO_VERSION)
    id = get(v, VIRTIO_MMIO_DEVICE_ID);
  if(id != VIRTIO_ID_NET && id != VIRTIO_ID_BLOCK){
    v->device = NULL;
    return -1;
  }
  v->queues = id == VIRTIO_ID_BLOCK ? 1 : 2;
  set(v, VIRTIO_MMIO_STATUS, 0);
  for(uint32 i = 0; i < v->queues; i++){
    set(v, VIRTIO_MMIO_QUEUE_SELECT, i);
    vqueue_init(&v->queue[i], get(v, VIRTIO_MMIO_QUEUE_SIZE_MAX));
  }
  return 0;
}

static void
raise(struct guest *guest, uint slot, uint32 why)
{
  struct vvirtio *v = &guest->virtio[slot];
  v->interrupt |= why;
  vplic_line(&guest->plic, VIRT_VIRTIO_IRQ + slot, v->interrupt != 0);
}

// Whether the device takes buffers: a driver is there, and has broken no rule.
static int
live(const struct vvirtio *v)
{
  return (v->status & (VIRTIO_STATUS_DRIVER_OK | VIRTIO_STATUS_NEEDS_RESET)) ==
         VIRTIO_STATUS_DRIVER_OK;
}

// The guest broke the rules of the ring: nothing more is forwarded until it resets the device. Its
// registers stay as they are. Before DRIVER_OK no driver is told.
static void
need_reset(struct guest *guest, uint slot)
{
  struct vvirtio *v = &guest->virtio[slot];
  set(v, VIRTIO_MMIO_STATUS, 0);
  v->status |= VIRTIO_STATUS_NEEDS_RESET;
  v->unfinished = 0;
  for(uint32 i = 0; i < v->queues; i++)
    vqueue_drop(&v->queue[i]);
  if(v->status & VIRTIO_STATUS_DRIVER_OK)
    raise(guest, slot, VIRTIO_INTERRUPT_CONFIG);
}

static void
set_queue(const struct vvirtio *v, uint low, const void *at)
{
  set(v, low, (uint64)at);
  set(v, low + 4, (uint64)at >> 32);
}

static void
set_ready(struct guest *guest, uint slot, uint32 ready)
{
  struct vvirtio *v = &guest->virtio[slot];
  struct vqueue *q = &v->queue[v->queue_selected];
  q->ready = ready & 1;
  if(q->ready && !vqueue_acceptable(guest, q))
    need_reset(guest, slot);
  if(v->status & VIRTIO_STATUS_NEEDS_RESET)
    return;
  set(v, VIRTIO_MMIO_QUEUE_SELECT, v->queue_selected);
  if(q->ready){
    set(v, VIRTIO_MMIO_QUEUE_SIZE, q->device_size);
    set_queue(v, VIRTIO_MMIO_QUEUE_DESC_LOW, q->device_desc);
    set_queue(v, VIRTIO_MMIO_QUEUE_AVAIL_LOW, q->device_avail);
    set_queue(v, VIRTIO_MMIO_QUEUE_USED_LOW, q->device_used);
  }
  set(v, VIRTIO_MMIO_QUEUE_READY, q->ready);
}

static void
reset(struct guest *guest, uint slot)
{
  struct vvirtio *v = &guest->virtio[slot];
  set(v, VIRTIO_MMIO_STATUS, 0); // first, so that the device writes no more
  v->refused = v->unfinished = v->status = v->interrupt = 0;
  v->features_word = v->driver_word = v->queue_selected = 0;
  for(uint32 i = 0; i < v->queues; i++)
    vqueue_reset(&v->queue[i]);
  vplic_line(&guest->plic, VIRT_VIRTIO_IRQ + slot, 0);
}

static void
set_status(struct guest *guest, uint slot, uint32 status)
{
  struct vvirtio *v = &guest->virtio[slot];
  status &= STATUS_BITS;
  if(status == 0){
    reset(guest, slot);
    return;
  }
  if(v->refused)
    status &= ~VIRTIO_STATUS_FEATURES_OK;
  if(v->status & VIRTIO_STATUS_NEEDS_RESET)
    v->status = status | VIRTIO_STATUS_NEEDS_RESET;
  else if(status == 0) // not asked for: the device keeps its own
    v->status = 0;
  else {
    set(v, VIRTIO_MMIO_STATUS, status);
    v->status = get(v, VIRTIO_MMIO_STATUS);
  }
}

static void
set_features(struct vvirtio *v, uint32 wanted)
{
  uint32 word = v->driver_word;
  if(word > 1 || (v->status & VIRTIO_STATUS_FEATURES_OK))
    return;
  set(v, VIRTIO_MMIO_DEVICE_FEATURES_SELECT, word);
  uint32 offered = get(v, VIRTIO_MMIO_DEVICE_FEATURES) & known_features(v, word);
  v->refused &= ~(1U << word);
  if(wanted & ~offered)
    v->refused |= 1U << word;
  set(v, VIRTIO_MMIO_DRIVER_FEATURES_SELECT, word);
  set(v, VIRTIO_MMIO_DRIVER_FEATURES, wanted & offered);
}

static void
forward(struct guest *guest, uint slot, uint32 queue)
{
  struct vvirtio *v = &guest->virtio[slot];
  uint32 chains;
  if(queue >= v->queues)
    return;
  v->unfinished &= ~(1U << queue);
  if(!live(v) || !v->queue[queue].ready)
    return;
  enum vqueue_result result = vqueue_forward(guest, &v->queue[queue], &chains);
  if(result == VQUEUE_MALFORMED){
    need_reset(guest, slot);
    return;
  }
  if(result == VQUEUE_MORE){
    v->unfinished |= 1U << queue;
    mediate_later();
  }
  if(chains > 0){
    __asm__ volatile("fence rw, rw" : : : "memory");
    set(v, VIRTIO_MMIO_QUEUE_NOTIFY, queue);
  }
}

void
vvirtio_continue(struct guest *guest, uint slot)
{
  uint32 unfinished = guest->virtio[slot].unfinished;
  if(unfinished != 0)
    forward(guest, slot, lowest_bit(unfinished));
}

void
vvirtio_interrupt(struct guest *guest, uint slot)
{
  struct vvirtio *v = &guest->virtio[slot];
  uint32 why = get(v, VIRTIO_MMIO_INTERRUPT_STATUS);
  uint32 tell = why & VIRTIO_INTERRUPT_CONFIG;
  set(v, VIRTIO_MMIO_INTERRUPT_ACK, why);
  for(uint32 i = 0; i < v->queues; i++){
    int interrupt;
    if(!v->queue[i].ready || (v->status & VIRTIO_STATUS_NEEDS_RESET))
      continue;
    int chains = vqueue_return(guest, &v->queue[i], &interrupt);
    if(chains < 0){
      need_reset(guest, slot);
      return;
    }
    if(interrupt)
      tell |= VIRTIO_INTERRUPT_USED;
    if(chains > 0)
      forward(guest, slot, i); // what did not fit before
  }
  if(tell != 0)
    raise(guest, slot, tell);
  // The device refuses a chain that is sound and still not what it takes.
  if(get(v, VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET)
    need_reset(guest, slot);
}

static uint32
read_config(const struct vvirtio *v, uint offset, int bytes)
{
  uint64 at = (uint64)v->device + offset;
  if(bytes == 1)
    return *(volatile uint8 *)at;
  return bytes == 2 ? *(volatile uint16 *)at : *(volatile uint32 *)at;
}

// What a slot answers that is empty for the guest: there is no device, or one that is not mediated.
static uint32
read_empty(uint offset)
{
  switch(offset){
  case VIRTIO_MMIO_MAGIC:
    return VIRTIO_MAGIC_VALUE;
  case VIRTIO_MMIO_VERSION:
    return VIRTIO_VERSION;
  case VIRTIO_MMIO_VENDOR_ID:
    return VIRTIO_VENDOR;
  }
  return offset >= VIRTIO_MMIO_SHM_LENGTH_LOW && offset <= VIRTIO_MMIO_SHM_BASE_HIGH ? SHM_NONE : 0;
}

// Registers answer to 4 bytes, the configuration to any width.
uint32
vvirtio_read(struct guest *guest, uint slot, uint offset, int bytes)
{
  struct vvirtio *v = &guest->virtio[slot];
  if(v->device != NULL && offset >= VIRTIO_MMIO_CONFIG)
    return offset < CONFIG_END ? read_config(v, offset, bytes) : 0;
  if(bytes != 4)
    return 0;
  if(v->device == NULL)
    return read_empty(offset);
  const struct vqueue *q = v->queue_selected < v->queues ? &v->queue[v->queue_selected] : NULL;
  switch(offset){
  case VIRTIO_MMIO_DEVICE_ID:
  case VIRTIO_MMIO_CONFIG_GENERATION:
    return get(v, offset);
  case VIRTIO_MMIO_DEVICE_FEATURES:
    set(v, VIRTIO_MMIO_DEVICE_FEATURES_SELECT, v->features_word);
    return get(v, VIRTIO_MMIO_DEVICE_FEATURES) & known_features(v, v->features_word);
  case VIRTIO_MMIO_QUEUE_SIZE_MAX:
    return q == NULL ? 0 : q->device_size < VQUEUE_GUEST_MOST ? q->device_size : VQUEUE_GUEST_MOST;
  case VIRTIO_MMIO_QUEUE_READY:
    return q == NULL ? 0 : (uint32)q->ready;
  case VIRTIO_MMIO_INTERRUPT_STATUS:
    return v->interrupt;
  case VIRTIO_MMIO_STATUS:
    return v->status;
  }
  return read_empty(offset);
}

// Carries out a write of the selected queue's set-up, which a queue in use does not take.
static void
write_queue(struct vqueue *q, uint offset, uint64 value)
{
  uint64 low = 0xffffffffUL;
  switch(offset){
  case VIRTIO_MMIO_QUEUE_SIZE:
    q->size = value;
    return;
  case VIRTIO_MMIO_QUEUE_DESC_LOW:
    q->desc = (q->desc & ~low) | value;
    return;
  case VIRTIO_MMIO_QUEUE_DESC_HIGH:
    q->desc = (q->desc & low) | value << 32;
    return;
  case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
    q->avail = (q->avail & ~low) | value;
    return;
  case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
    q->avail = (q->avail & low) | value << 32;
    return;
  case VIRTIO_MMIO_QUEUE_USED_LOW:
    q->used = (q->used & ~low) | value;
    return;
  case VIRTIO_MMIO_QUEUE_USED_HIGH:
    q->used = (q->used & low) | value << 32;
    return;
  }
}

void
vvirtio_write(struct guest *guest, uint slot, uint offset, int bytes, uint32 value)
{
  struct vvirtio *v = &guest->virtio[slot];
  if(v->device == NULL || bytes != 4)
    return;
  switch(offset){
  case VIRTIO_MMIO_DEVICE_FEATURES_SELECT:
    v->features_word = value;
    return;
  case VIRTIO_MMIO_DRIVER_FEATURES_SELECT:
    v->driver_word = value;
    return;
  case VIRTIO_MMIO_DRIVER_FEATURES:
    set_features(v, value);
    return;
  case VIRTIO_MMIO_QUEUE_SELECT:
    v->queue_selected = value;
    return;
  case VIRTIO_MMIO_QUEUE_READY:
    if(v->queue_selected < v->queues)
      set_ready(guest, slot, value);
    return;
  case VIRTIO_MMIO_QUEUE_NOTIFY:
    forward(guest, slot, value);
    return;
  case VIRTIO_MMIO_INTERRUPT_ACK:
    v->interrupt &= ~value;
    vplic_line(&guest->plic, VIRT_VIRTIO_IRQ + slot, v->interrupt != 0);
    return;
  case VIRTIO_MMIO_STATUS:
    set_status(guest, slot, value);
    return;
  }
  if(v->queue_selected < v->queues && !v->queue[v->queue_selected].ready)
    write_queue(&v->queue[v->queue_selected], offset, value);
}
