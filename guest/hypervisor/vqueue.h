// One queue of a mediated virtio device: the guest's ring, in guest-physical addresses, and the
// device's ring in Memvisor's memory, in machine addresses.
#pragma once

#include "types.h"

#define VQUEUE_GUEST_MOST 256  // entries of a guest's queue
#define VQUEUE_MOST       1024 // and of a device's: buffers that cross frames take several

struct guest;

struct vdesc {
  uint64 address;
  uint32 bytes;
  uint16 flags;
  uint16 next;
};

struct vavail {
  uint16 flags;
  uint16 index;
  uint16 ring[VQUEUE_MOST];
};

struct vused {
  uint16 flags;
  uint16 index;
  struct {
    uint32 id;
    uint32 bytes;
  } ring[VQUEUE_MOST];
};

struct vqueue {
  // As the guest set it.
  uint32 size;
  int    ready;
  uint64 desc, avail, used;
  uint16 avail_next, used_next;
  // The device's.
  uint32 device_size;
  struct vdesc  *device_desc;
  struct vavail *device_avail;
  struct vused  *device_used;
  uint16 device_used_next;
  uint16 free, free_count;   // chain of free descriptors
  uint16 *head;              // of a device chain: the guest's head
};

// Takes memory for the device's ring, of at most `size` entries.
void vqueue_init(struct vqueue *q, uint32 size);
// Empties both rings.
void vqueue_reset(struct vqueue *q);
// Whether the three parts of the guest's ring are aligned and lie in its memory.
int  vqueue_acceptable(struct guest *guest, const struct vqueue *q);
// Hands all that the guest made available, and that fits, to the device. The number of chains; -1:
// the guest's ring is malformed, or leads out of its memory.
int  vqueue_forward(struct guest *guest, struct vqueue *q);
// Hands back what the device used: the number of chains, in *interrupt whether the guest wants to
// hear of it. -1: the device's ring is malformed.
int  vqueue_return(struct guest *guest, struct vqueue *q, int *interrupt);
