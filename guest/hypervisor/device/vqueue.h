// One queue of a mediated virtio device: the guest's ring, in guest-physical addresses, and the
// device's ring in Memvisor's memory, in machine addresses.
#pragma once

#include "types.h"

#define VQUEUE_GUEST_MOST 256  // entries of a guest's queue
#define VQUEUE_MOST       1024 // entries of a device's queue: buffers that cross frames take several
#define VQUEUE_LENT_MOST  2048 // frames that a device may write at a time; a chain has 1281 at most
#define VQUEUE_CHAIN_BYTES (4UL << 20) // of one chain, as the board's devices have it

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
  // The ring that the device sees.
  uint32 device_size;
  struct vdesc  *device_desc;
  struct vavail *device_avail;
  struct vused  *device_used;
  uint16 device_used_next;
  uint16 free, free_count;   // chain of free descriptors; those have no flags
  uint32 lent;               // frames in the device's hands to be written
  uint16 *head;              // by head of a device's chain: the head of the guest's
};

// Takes memory for the device's ring, of at most `size` entries.
void vqueue_init(struct vqueue *q, uint32 size);
// Empties both rings, or the device's alone. Requires: the device has been reset, so that it writes
// no more.
void vqueue_reset(struct vqueue *q);
void vqueue_drop(struct vqueue *q);
// Whether the three parts of the guest's ring are aligned and lie in its memory.
int  vqueue_acceptable(struct guest *guest, const struct vqueue *q);
// Hands what the guest made available, and what fits, to the device: the number of chains in
// *chains. All of it or as much as may be done in one exit (then VQUEUE_MORE: call again);
// VQUEUE_MALFORMED: the guest's ring is, or leads out of its memory.
enum vqueue_result { VQUEUE_DONE, VQUEUE_MORE, VQUEUE_MALFORMED };
enum vqueue_result vqueue_forward(struct guest *guest, struct vqueue *q, uint32 *chains);
// Hands back what the device used: the number of chains, in *interrupt whether the guest wants to
// hear of it. -1: the device's ring is malformed.
int  vqueue_return(struct guest *guest, struct vqueue *q, int *interrupt);
