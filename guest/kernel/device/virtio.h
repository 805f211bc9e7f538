// The virtio-mmio transport (version 2, "modern") and split virtqueues, for every virtio device.
#pragma once

#include "types.h"
#include "virtio_mmio.h"

struct virtio {
  uint64 base;  // the address of its registers
  uint   irq;
};

// Finds the first device with this id (VIRTIO_ID_*). 0, or -1 if the board has none.
int    virtio_find(struct virtio *device, uint id);
// Starts the negotiation and offers: of `wanted` feature bits, those that the device has
// (VIRTIO_F_VERSION_1 is always asked for). -1 if the device refuses.
int    virtio_negotiate(struct virtio *device, uint64 wanted, uint64 *agreed);
// Tells the device that all its queues are set up.
void   virtio_ready(struct virtio *device);
uint8  virtio_config8(struct virtio *device, uint offset);
uint32 virtio_config32(struct virtio *device, uint offset);
// Acknowledges the device's interrupt; an interrupt handler calls it first. 1 if a queue has news.
int    virtio_interrupt(struct virtio *device);

#define QUEUE_MOST 128 // the most descriptors of a queue

struct virtq_descriptor {
  uint64 address;
  uint32 length;
  uint16 flags;
  uint16 next;
};

struct virtq_available {
  uint16 flags, index, ring[];
};

struct virtq_used {
  uint16 flags, index;
  struct { uint32 id, length; } ring[];
};

struct virtqueue {
  struct virtio *device;
  uint   number, size;
  struct virtq_descriptor *descriptors;
  struct virtq_available  *available;
  struct virtq_used       *used;
  uint16 free_first;        // a list of free descriptors through `next`
  uint16 free_count;
  uint16 seen;              // of used->index
  void  *cookies[QUEUE_MOST]; // by head descriptor
};

// A piece of a request: memory that the device reads, or writes. Physical addresses, which in the
// kernel are the addresses of frames and of the kernel's own data.
struct virtq_piece {
  void  *at;
  uint32 bytes;
  int    device_writes;
};

// `size`: a power of two, at most QUEUE_MOST and what the device allows (else reduced). -1 if the
// device has no such queue or there is no frame for it.
int    virtqueue_init(struct virtqueue *q, struct virtio *device, uint number, uint size);
// Puts one request in; the device is told by virtqueue_kick. -1 if there are too few free
// descriptors.
int    virtqueue_add(struct virtqueue *q, const struct virtq_piece *pieces, uint n, void *cookie);
void   virtqueue_kick(struct virtqueue *q);
// Takes one finished request: its cookie, with the bytes that the device wrote in *length; NULL if
// none.
void  *virtqueue_take(struct virtqueue *q, uint32 *length);
// Asks for interrupts, or not. When switched on, the caller must look once more for finished
// requests.
void   virtqueue_interrupts(struct virtqueue *q, int on);
