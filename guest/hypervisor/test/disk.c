// A driver of the disk in slot 0, for the test payloads.

#include "disk.h"
#include "payload.h"
#include "virt.h"

struct desc desc[DISK_ENTRIES] __attribute__((aligned(4096)));
struct avail avail __attribute__((aligned(4096)));
volatile struct used used __attribute__((aligned(4096)));
volatile uint8 state;

#define NEGOTIATED \
  (VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_FEATURES_OK)

static struct {
  uint32 type, reserved;
  uint64 sector;
} header;

void
disk_set(uint offset, uint32 value)
{
  *(volatile uint32 *)(VIRT_VIRTIO + offset) = value;
}

uint32
disk_get(uint offset)
{
  return *(volatile uint32 *)(VIRT_VIRTIO + offset);
}

static void
set_address(uint offset, const volatile void *at)
{
  disk_set(offset, (uint64)at);
  disk_set(offset + 4, (uint64)at >> 32);
}

void
disk_begin(uint32 size, const volatile void *d, const volatile void *a, const volatile void *u)
{
  disk_set(VIRTIO_MMIO_STATUS, 0);
  check(disk_get(VIRTIO_MMIO_STATUS) == 0 && disk_get(VIRTIO_MMIO_INTERRUPT_STATUS) == 0,
        "a reset clears status and interrupt");
  disk_set(VIRTIO_MMIO_STATUS, VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER);
  disk_set(VIRTIO_MMIO_DRIVER_FEATURES_SELECT, 0);
  disk_set(VIRTIO_MMIO_DRIVER_FEATURES, 0);
  disk_set(VIRTIO_MMIO_DRIVER_FEATURES_SELECT, 1);
  disk_set(VIRTIO_MMIO_DRIVER_FEATURES, 1);
  disk_set(VIRTIO_MMIO_STATUS, NEGOTIATED);
  check(disk_get(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_FEATURES_OK, "VERSION_1 alone is accepted");
  disk_set(VIRTIO_MMIO_QUEUE_SELECT, 0);
  disk_set(VIRTIO_MMIO_QUEUE_SIZE, size);
  set_address(VIRTIO_MMIO_QUEUE_DESC_LOW, d);
  set_address(VIRTIO_MMIO_QUEUE_AVAIL_LOW, a);
  set_address(VIRTIO_MMIO_QUEUE_USED_LOW, u);
  avail.flags = avail.index = 0;
  used.flags = used.index = 0;
}

void
disk_start(uint32 size, const volatile void *d, const volatile void *a, const volatile void *u)
{
  disk_begin(size, d, a, u);
  disk_set(VIRTIO_MMIO_QUEUE_READY, 1);
  disk_set(VIRTIO_MMIO_STATUS, NEGOTIATED | VIRTIO_STATUS_DRIVER_OK);
}

void
disk_request(uint32 type, uint64 sector, void *at, uint32 bytes)
{
  header.type = type;
  header.sector = sector;
  desc[0] = (struct desc){ (uint64)&header, 16, VIRTQ_DESC_F_NEXT, 1 };
  desc[1] = (struct desc){
    (uint64)at, bytes, type == 0 ? VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_WRITE : VIRTQ_DESC_F_NEXT, 2
  };
  desc[2] = (struct desc){ (uint64)&state, 1, VIRTQ_DESC_F_WRITE, 0 };
  state = 0xff;
}

void
disk_notify(uint32 size)
{
  avail.ring[avail.index % size] = 0;
  __asm__ volatile("fence" : : : "memory");
  avail.index++;
  __asm__ volatile("fence" : : : "memory");
  disk_set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
}
