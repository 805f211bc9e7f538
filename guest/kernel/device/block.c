// The disk: the virtio block device (VIRTIO 1.2, section 5.2).

#include "device/block.h"
#include "device/plic.h"
#include "print.h"
#include "process/process.h"
#include "device/virtio.h"

#define SECTOR       512
#define TYPE_IN      0 // the device reads the disk
#define TYPE_OUT     1
#define STATUS_OK    0
#define STATUS_UNSET 0xff
#define QUEUE        32

struct request {
  struct {
    uint32 type, reserved;
    uint64 sector;
  } header;
  uint8 status;
  int   done;
};

static struct virtio device;
static struct virtqueue queue;
// One a process, and not on its stack: a stack's addresses are not physical ones.
static struct request requests[NPROC];

static void
interrupt(void *unused)
{
  (void)unused;
  uint32 length;
  virtio_interrupt(&device);
  for(struct request *r; (r = virtqueue_take(&queue, &length)) != NULL; ){
    r->done = 1;
    wake_up(r);
    wake_up(&queue);
  }
}

void
block_init(void)
{
  uint64 agreed;
  if(virtio_find(&device, VIRTIO_ID_BLOCK) < 0)
    panic("block: no disk");
  if(virtio_negotiate(&device, 0, &agreed) < 0 || virtqueue_init(&queue, &device, 0, QUEUE) < 0)
    panic("block: the disk refuses to start");
  virtio_ready(&device);
  plic_attach(device.irq, interrupt, NULL);
}

uint64
block_capacity(void)
{
  uint64 sectors = virtio_config32(&device, 0) | (uint64)virtio_config32(&device, 4) << 32;
  return sectors * SECTOR;
}

void
block_transfer(uint64 offset, void *data, uint bytes, int write)
{
  struct request *r = &requests[current - processes];
  r->header.type = write ? TYPE_OUT : TYPE_IN;
  r->header.reserved = 0;
  r->header.sector = offset / SECTOR;
  r->status = STATUS_UNSET;
  r->done = 0;
  const struct virtq_piece pieces[] = {
    { .at = &r->header, .bytes = sizeof r->header },
    { .at = data, .bytes = bytes, .device_writes = !write },
    { .at = &r->status, .bytes = 1, .device_writes = 1 },
  };
  while(virtqueue_add(&queue, pieces, 3, r) < 0)
    sleep_on(&queue);
  virtqueue_kick(&queue);
  while(!r->done)
    sleep_on(r);
  if(r->status != STATUS_OK)
    panic("block: the disk failed");
}
