// A driver of the disk in slot 0, as small as can be, for the test payloads: one queue, and the
// request in descriptors 0 to 2.
#pragma once

#include "riscv.h"
#include "virtio_mmio.h"

#define DISK_ENTRIES 256 // of the queue, at most

struct desc {
  uint64 address;
  uint32 bytes;
  uint16 flags, next;
};

struct avail {
  uint16 flags, index, ring[DISK_ENTRIES];
};

struct used {
  uint16 flags, index;
  struct {
    uint32 id, bytes;
  } ring[DISK_ENTRIES];
};

extern struct desc desc[DISK_ENTRIES];
extern struct avail avail;
extern volatile struct used used;
extern volatile uint8 state; // of the request: 0 if it went well

void   disk_set(uint offset, uint32 value);
uint32 disk_get(uint offset);
// Resets the disk and goes as far as a driver goes before its queue is ready; empties the rings.
void   disk_begin(uint32 size, const volatile void *d, const volatile void *a,
                  const volatile void *u);
// The same, and makes the queue ready.
void   disk_start(uint32 size, const volatile void *d, const volatile void *a,
                  const volatile void *u);
// Lays out a read (type 0) or a write (1).
void   disk_request(uint32 type, uint64 sector, void *at, uint32 bytes);
// Makes the chain at descriptor 0 available. Requires a queue of `size` entries.
void   disk_notify(uint32 size);
