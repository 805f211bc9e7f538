// A virtio device (block or network, MMIO version 2) that Memvisor owns and one guest sees.
#pragma once

#include "types.h"
#include "virt.h"
#include "device/vqueue.h"

#define VVIRTIO_QUEUES 2

struct vvirtio {
  volatile uint32 *device; // the board's registers; NULL: an empty slot
  uint32 queues;
  uint32 status;           // as the guest wrote it, and what Memvisor adds
  uint32 interrupt;        // InterruptStatus
  uint32 features_word, driver_word, queue_selected;
  uint32 refused;          // bit n: of feature word n the guest asked for what it was not offered
  uint32 unfinished;       // bit n: queue n has chains that the exit left for later
  struct vqueue queue[VVIRTIO_QUEUES];
};

struct guest;

// 0, or -1 if the slot stays empty for the guest.
int    vvirtio_init(struct guest *guest, uint slot);
uint32 vvirtio_read(struct guest *guest, uint slot, uint offset, int bytes);
void   vvirtio_write(struct guest *guest, uint slot, uint offset, int bytes, uint32 value);
void   vvirtio_interrupt(struct guest *guest, uint slot);
// Goes on with what an exit left for later.
void   vvirtio_continue(struct guest *guest, uint slot);
