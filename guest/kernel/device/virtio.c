// The virtio-mmio transport and split virtqueues (VIRTIO 1.2, sections 4.2 and 2.7). Each queue
// lives in one frame. What a device answers is used as an index only after it was checked: a device
// may be wrong.

#include "device/virtio.h"
#include "memory/frames.h"
#include "print.h"
#include "riscv.h"
#include "virt.h"
#include "virtio_mmio.h"

#define F_VERSION_1 (1UL << VIRTIO_F_VERSION_1)
#define FOUND       (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER)

// Where the rings lie in the queue's frame: descriptors first, then the two rings.
#define AVAILABLE_AT 2048
#define USED_AT      2560
_Static_assert(QUEUE_MOST * sizeof(struct virtq_descriptor) <= AVAILABLE_AT, "descriptors fit");
_Static_assert(AVAILABLE_AT + 4 + 2 * QUEUE_MOST <= USED_AT, "the available ring fits");
_Static_assert(USED_AT + 4 + 8 * QUEUE_MOST <= PGSIZE, "the used ring fits");

static volatile uint32 *
reg(const struct virtio *device, uint offset)
{
  return (volatile uint32 *)(device->base + offset);
}

// Memory before, device after, and the other way round.
static void
fence(void)
{
  __asm__ volatile("fence iorw, iorw" : : : "memory");
}

int
virtio_find(struct virtio *device, uint id)
{
  for(uint slot = 0; slot < VIRT_VIRTIO_SLOTS; slot++){
    device->base = VIRT_VIRTIO + slot * VIRT_VIRTIO_STEP;
    device->irq = VIRT_VIRTIO_IRQ + slot;
    if(*reg(device, VIRTIO_MMIO_MAGIC) == VIRTIO_MAGIC_VALUE &&
       *reg(device, VIRTIO_MMIO_VERSION) == 2 &&
       *reg(device, VIRTIO_MMIO_DEVICE_ID) == id)
      return 0;
  }
  return -1;
}

int
virtio_negotiate(struct virtio *device, uint64 wanted, uint64 *agreed)
{
  *reg(device, VIRTIO_MMIO_STATUS) = 0;
  *reg(device, VIRTIO_MMIO_STATUS) = VIRTIO_STATUS_ACKNOWLEDGE;
  *reg(device, VIRTIO_MMIO_STATUS) = FOUND;
  uint64 has = 0;
  for(uint half = 0; half < 2; half++){
    *reg(device, VIRTIO_MMIO_DEVICE_FEATURES_SELECT) = half;
    has |= (uint64)*reg(device, VIRTIO_MMIO_DEVICE_FEATURES) << (32 * half);
  }
  *agreed = has & (wanted | F_VERSION_1);
  for(uint half = 0; half < 2; half++){
    *reg(device, VIRTIO_MMIO_DRIVER_FEATURES_SELECT) = half;
    *reg(device, VIRTIO_MMIO_DRIVER_FEATURES) = *agreed >> (32 * half);
  }
  *reg(device, VIRTIO_MMIO_STATUS) = FOUND | VIRTIO_STATUS_FEATURES_OK;
  if((*agreed & F_VERSION_1) && (*reg(device, VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_FEATURES_OK))
    return 0;
  *reg(device, VIRTIO_MMIO_STATUS) = VIRTIO_STATUS_FAILED;
  return -1;
}

void
virtio_ready(struct virtio *device)
{
  *reg(device, VIRTIO_MMIO_STATUS) = *reg(device, VIRTIO_MMIO_STATUS) | VIRTIO_STATUS_DRIVER_OK;
}

uint8
virtio_config8(struct virtio *device, uint offset)
{
  return *(volatile uint8 *)(device->base + VIRTIO_MMIO_CONFIG + offset);
}

uint32
virtio_config32(struct virtio *device, uint offset)
{
  return *reg(device, VIRTIO_MMIO_CONFIG + offset);
}

int
virtio_interrupt(struct virtio *device)
{
  uint status = *reg(device, VIRTIO_MMIO_INTERRUPT_STATUS);
  if(status != 0)
    *reg(device, VIRTIO_MMIO_INTERRUPT_ACK) = status;
  fence();
  return status & 1;
}

static void
set_address(struct virtio *device, uint offset, void *at)
{
  *reg(device, offset) = (uint64)at;
  *reg(device, offset + 4) = (uint64)at >> 32;
}

int
virtqueue_init(struct virtqueue *q, struct virtio *device, uint number, uint size)
{
  *reg(device, VIRTIO_MMIO_QUEUE_SELECT) = number;
  uint most = *reg(device, VIRTIO_MMIO_QUEUE_SIZE_MAX);
  size = size > QUEUE_MOST ? QUEUE_MOST : size;
  while(size > most)
    size /= 2;
  char *frame = size == 0 ? NULL : frame_alloc_cleared(FRAME_KERNEL);
  if(frame == NULL)
    return -1;
  *q = (struct virtqueue){
    .device = device,
    .number = number,
    .size = size,
    .descriptors = (struct virtq_descriptor *)frame,
    .available = (struct virtq_available *)(frame + AVAILABLE_AT),
    .used = (struct virtq_used *)(frame + USED_AT),
    .free_count = size,
  };
  for(uint i = 0; i < size; i++)
    q->descriptors[i].next = i + 1;
  *reg(device, VIRTIO_MMIO_QUEUE_SIZE) = size;
  set_address(device, VIRTIO_MMIO_QUEUE_DESC_LOW, q->descriptors);
  set_address(device, VIRTIO_MMIO_QUEUE_AVAIL_LOW, q->available);
  set_address(device, VIRTIO_MMIO_QUEUE_USED_LOW, q->used);
  *reg(device, VIRTIO_MMIO_QUEUE_READY) = 1;
  return 0;
}

int
virtqueue_add(struct virtqueue *q, const struct virtq_piece *pieces, uint n, void *cookie)
{
  if(n == 0 || n > q->free_count)
    return -1;
  uint16 head = q->free_first, at = head;
  for(uint i = 0; i < n; i++){
    struct virtq_descriptor *d = &q->descriptors[at];
    d->address = (uint64)pieces[i].at;
    d->length = pieces[i].bytes;
    d->flags = (pieces[i].device_writes ? VIRTQ_DESC_F_WRITE : 0) |
               (i + 1 < n ? VIRTQ_DESC_F_NEXT : 0);
    at = d->next;
  }
  q->free_first = at;
  q->free_count -= n;
  q->cookies[head] = cookie;
  q->available->ring[q->available->index % q->size] = head;
  fence();
  q->available->index++;
  return 0;
}

void
virtqueue_kick(struct virtqueue *q)
{
  fence();
  if((*(volatile uint16 *)&q->used->flags & VIRTQ_USED_F_NO_NOTIFY) == 0)
    *reg(q->device, VIRTIO_MMIO_QUEUE_NOTIFY) = q->number;
}

void *
virtqueue_take(struct virtqueue *q, uint32 *length)
{
  if(q->seen == *(volatile uint16 *)&q->used->index)
    return NULL;
  fence();
  uint32 head = q->used->ring[q->seen % q->size].id;
  *length = q->used->ring[q->seen % q->size].length;
  q->seen++;
  if(head >= q->size || q->cookies[head] == NULL)
    panic("virtio: the device finished what it was not given");
  uint16 last = head, n = 1;
  for(; q->descriptors[last].flags & VIRTQ_DESC_F_NEXT; n++)
    last = q->descriptors[last].next;
  q->descriptors[last].next = q->free_first;
  q->free_first = head;
  q->free_count += n;
  void *cookie = q->cookies[head];
  q->cookies[head] = NULL;
  return cookie;
}

void
virtqueue_interrupts(struct virtqueue *q, int on)
{
  *(volatile uint16 *)&q->available->flags = on ? 0 : VIRTQ_AVAIL_F_NO_INTERRUPT;
  fence();
}
