// A virtio device seen through Memvisor. Registers that carry no address go to the device as they
// are; queues are set up in Memvisor's memory (vqueue.c); features are offered only if mediation
// knows them. A guest that sets up a malformed ring finds DEVICE_NEEDS_RESET in the status, as the
// specification has it.

#include "bits.h"
#include "guest.h"
#include "machine.h"
#include "mediate.h"

// Registers (virtio 1.2, 4.2.2).
#define MAGIC             0x000
#define VERSION           0x004
#define DEVICE_ID         0x008
#define VENDOR_ID         0x00c
#define DEVICE_FEATURES   0x010
#define FEATURES_SELECT   0x014
#define DRIVER_FEATURES   0x020
#define DRIVER_SELECT     0x024
#define QUEUE_SELECT      0x030
#define QUEUE_SIZE_MAX    0x034
#define QUEUE_SIZE        0x038
#define QUEUE_READY       0x044
#define QUEUE_NOTIFY      0x050
#define INTERRUPT_STATUS  0x060
#define INTERRUPT_ACK     0x064
#define STATUS            0x070
#define QUEUE_DESC_LOW    0x080
#define QUEUE_DESC_HIGH   0x084
#define QUEUE_AVAIL_LOW   0x090
#define QUEUE_AVAIL_HIGH  0x094
#define QUEUE_USED_LOW    0x0a0
#define QUEUE_USED_HIGH   0x0a4
#define SHM_LENGTH_LOW    0x0b0
#define SHM_BASE_HIGH     0x0bc
#define CONFIG_GENERATION 0x0fc
#define CONFIG            0x100
#define CONFIG_END        0x200 // the board answers no further

#define VIRTIO_MAGIC   0x74726976U
#define VIRTIO_VERSION 2
#define VIRTIO_VENDOR  0x554d4551U // "QEMU", as the board has it
#define SHM_NONE       0xffffffffU // there is no such region
#define DEVICE_NET     1
#define DEVICE_BLOCK   2

#define STATUS_BITS        0xffU
#define STATUS_DRIVER_OK   4U
#define STATUS_FEATURES_OK 8U
#define STATUS_NEEDS_RESET 64U

#define INTERRUPT_USED   1U
#define INTERRUPT_CONFIG 2U

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
#define VERSION_1       (1U << 0)

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
    return get(v, DEVICE_ID) == DEVICE_BLOCK ? block_features : net_features;
  return word == 1 ? VERSION_1 : 0;
}

int
vvirtio_init(struct guest *guest, uint slot)
{
  struct vvirtio *v = &guest->virtio[slot];
  v->device = (volatile uint32 *)(VIRT_VIRTIO + slot * VIRT_VIRTIO_STEP);
  uint32 id = 0;
  if(get(v, MAGIC) == VIRTIO_MAGIC && get(v, VERSION) == VIRTIO_VERSION)
    id = get(v, DEVICE_ID);
  if(id != DEVICE_NET && id != DEVICE_BLOCK){
    v->device = NULL;
    return -1;
  }
  v->queues = id == DEVICE_BLOCK ? 1 : 2;
  set(v, STATUS, 0);
  for(uint32 i = 0; i < v->queues; i++){
    set(v, QUEUE_SELECT, i);
    vqueue_init(&v->queue[i], get(v, QUEUE_SIZE_MAX));
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
  return (v->status & (STATUS_DRIVER_OK | STATUS_NEEDS_RESET)) == STATUS_DRIVER_OK;
}

// The guest broke the rules of the ring: nothing more is forwarded until it resets the device. Its
// registers stay as they are. Before DRIVER_OK no driver is told.
static void
need_reset(struct guest *guest, uint slot)
{
  struct vvirtio *v = &guest->virtio[slot];
  set(v, STATUS, 0);
  v->status |= STATUS_NEEDS_RESET;
  v->unfinished = 0;
  for(uint32 i = 0; i < v->queues; i++)
    vqueue_drop(&v->queue[i]);
  if(v->status & STATUS_DRIVER_OK)
    raise(guest, slot, INTERRUPT_CONFIG);
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
  if(v->status & STATUS_NEEDS_RESET)
    return;
  set(v, QUEUE_SELECT, v->queue_selected);
  if(q->ready){
    set(v, QUEUE_SIZE, q->device_size);
    set_queue(v, QUEUE_DESC_LOW, q->device_desc);
    set_queue(v, QUEUE_AVAIL_LOW, q->device_avail);
    set_queue(v, QUEUE_USED_LOW, q->device_used);
  }
  set(v, QUEUE_READY, q->ready);
}

static void
reset(struct guest *guest, uint slot)
{
  struct vvirtio *v = &guest->virtio[slot];
  set(v, STATUS, 0); // first, so that the device writes no more
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
    status &= ~STATUS_FEATURES_OK;
  if(v->status & STATUS_NEEDS_RESET)
    v->status = status | STATUS_NEEDS_RESET;
  else if(status == 0) // not asked for: the device keeps its own
    v->status = 0;
  else {
    set(v, STATUS, status);
    v->status = get(v, STATUS);
  }
}

static void
set_features(struct vvirtio *v, uint32 wanted)
{
  uint32 word = v->driver_word;
  if(word > 1 || (v->status & STATUS_FEATURES_OK))
    return;
  set(v, FEATURES_SELECT, word);
  uint32 offered = get(v, DEVICE_FEATURES) & known_features(v, word);
  v->refused &= ~(1U << word);
  if(wanted & ~offered)
    v->refused |= 1U << word;
  set(v, DRIVER_SELECT, word);
  set(v, DRIVER_FEATURES, wanted & offered);
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
    set(v, QUEUE_NOTIFY, queue);
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
  uint32 why = get(v, INTERRUPT_STATUS);
  uint32 tell = why & INTERRUPT_CONFIG;
  set(v, INTERRUPT_ACK, why);
  for(uint32 i = 0; i < v->queues; i++){
    int interrupt;
    if(!v->queue[i].ready || (v->status & STATUS_NEEDS_RESET))
      continue;
    int chains = vqueue_return(guest, &v->queue[i], &interrupt);
    if(chains < 0){
      need_reset(guest, slot);
      return;
    }
    if(interrupt)
      tell |= INTERRUPT_USED;
    if(chains > 0)
      forward(guest, slot, i); // what did not fit before
  }
  if(tell != 0)
    raise(guest, slot, tell);
  if(get(v, STATUS) & STATUS_NEEDS_RESET) // a chain that is sound and still not what it takes
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

// Empty for the guest: there is no device, or one that is not mediated.
static uint32
read_empty(uint offset)
{
  switch(offset){
  case MAGIC:
    return VIRTIO_MAGIC;
  case VERSION:
    return VIRTIO_VERSION;
  case VENDOR_ID:
    return VIRTIO_VENDOR;
  }
  return offset >= SHM_LENGTH_LOW && offset <= SHM_BASE_HIGH ? SHM_NONE : 0;
}

// Registers answer to 4 bytes, the configuration to any width.
uint32
vvirtio_read(struct guest *guest, uint slot, uint offset, int bytes)
{
  struct vvirtio *v = &guest->virtio[slot];
  if(v->device != NULL && offset >= CONFIG)
    return offset < CONFIG_END ? read_config(v, offset, bytes) : 0;
  if(bytes != 4)
    return 0;
  if(v->device == NULL)
    return read_empty(offset);
  const struct vqueue *q = v->queue_selected < v->queues ? &v->queue[v->queue_selected] : NULL;
  switch(offset){
  case DEVICE_ID:
  case CONFIG_GENERATION:
    return get(v, offset);
  case DEVICE_FEATURES:
    set(v, FEATURES_SELECT, v->features_word);
    return get(v, DEVICE_FEATURES) & known_features(v, v->features_word);
  case QUEUE_SIZE_MAX:
    return q == NULL ? 0 : q->device_size < VQUEUE_GUEST_MOST ? q->device_size : VQUEUE_GUEST_MOST;
  case QUEUE_READY:
    return q == NULL ? 0 : (uint32)q->ready;
  case INTERRUPT_STATUS:
    return v->interrupt;
  case STATUS:
    return v->status;
  }
  return read_empty(offset);
}

// Writes of the selected queue's set-up, which a queue in use does not take.
static void
write_queue(struct vqueue *q, uint offset, uint64 value)
{
  uint64 low = 0xffffffffUL;
  switch(offset){
  case QUEUE_SIZE:
    q->size = value;
    return;
  case QUEUE_DESC_LOW:
    q->desc = (q->desc & ~low) | value;
    return;
  case QUEUE_DESC_HIGH:
    q->desc = (q->desc & low) | value << 32;
    return;
  case QUEUE_AVAIL_LOW:
    q->avail = (q->avail & ~low) | value;
    return;
  case QUEUE_AVAIL_HIGH:
    q->avail = (q->avail & low) | value << 32;
    return;
  case QUEUE_USED_LOW:
    q->used = (q->used & ~low) | value;
    return;
  case QUEUE_USED_HIGH:
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
  case FEATURES_SELECT:
    v->features_word = value;
    return;
  case DRIVER_SELECT:
    v->driver_word = value;
    return;
  case DRIVER_FEATURES:
    set_features(v, value);
    return;
  case QUEUE_SELECT:
    v->queue_selected = value;
    return;
  case QUEUE_READY:
    if(v->queue_selected < v->queues)
      set_ready(guest, slot, value);
    return;
  case QUEUE_NOTIFY:
    forward(guest, slot, value);
    return;
  case INTERRUPT_ACK:
    v->interrupt &= ~value;
    vplic_line(&guest->plic, VIRT_VIRTIO_IRQ + slot, v->interrupt != 0);
    return;
  case STATUS:
    set_status(guest, slot, value);
    return;
  }
  if(v->queue_selected < v->queues && !v->queue[v->queue_selected].ready)
    write_queue(&v->queue[v->queue_selected], offset, value);
}
