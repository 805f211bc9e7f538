// A guest: its memory, its hart and its devices, in one structure. Invariant: nothing that belongs
// to a guest lies outside it (the tables of its paging are reached through `paging`).
#pragma once

#include "types.h"
#include "memory/frames.h"
#include "device/vplic.h"
#include "device/vuart.h"
#include "device/vvirtio.h"
#include "vcpu/vcpu.h"

struct guest {
  struct vcpu vcpu;
  int    id;
  int    hardware_ad;    // the guest expects hardware to set A and D
  int    native_timer;   // vstimecmp works (Sstc); otherwise hvip.VSTIP is set by hand
  uint64 base;           // guest-physical address of its first frame
  uint64 frames;
  uint32 *map;           // guest frame -> original frame, or NO_FRAME before its first use
  struct paging *paging;
  struct vplic plic;
  struct vuart uart;
  struct vvirtio virtio[VIRT_VIRTIO_SLOTS];
};

// The number of the guest frame at guest-physical `gpa`.
#define GUEST_NUMBER(guest, gpa) (((gpa) - (guest)->base) >> PGSHIFT)

void guest_create(struct guest *guest, int id, uint64 bytes);
// Ends the guest for what it did itself: one line, then the machine goes off with code 2.
void guest_stop(struct guest *guest, const char *why) __attribute__((noreturn));

static inline int
guest_owns(const struct guest *guest, uint64 gpa)
{
  return GUEST_NUMBER(guest, gpa) < guest->frames;
}

// The original frame of guest frame `number` (< frames), which comes into being here if this is its
// first use: zeroed, and with its backup.
uint32 guest_frame_create(struct guest *guest, uint64 number);

static inline uint32
guest_frame(struct guest *guest, uint64 number)
{
  uint32 frame = guest->map[number];
  return frame != NO_FRAME ? frame : guest_frame_create(guest, number);
}

// The machine address of guest-physical `gpa`; the caller has checked guest_owns.
static inline uint64
guest_address(struct guest *guest, uint64 gpa)
{
  return frame_address(guest_frame(guest, GUEST_NUMBER(guest, gpa))) + gpa % PGSIZE;
}

// Copies out of and into guest memory, page by page. -1, and nothing is promised of the rest, if a
// byte lies outside the guest's memory.
//
// Memvisor writes into guest memory by guest_write and guest_put alone, which tell paging, since the
// frame may hold a page table; guest_lend tells it of a frame that a device of the board writes by
// itself.
int guest_read(struct guest *guest, uint64 gpa, void *to, uint64 bytes);
int guest_write(struct guest *guest, uint64 gpa, const void *from, uint64 bytes);

// One store of 2 or 4 bytes, aligned; the caller has checked guest_owns.
void guest_put(struct guest *guest, uint64 gpa, uint32 value, int bytes);

// A device gets machine memory of a guest to write, and is done with it.
void guest_lend(uint64 address, uint64 bytes);
void guest_take_back(uint64 address, uint64 bytes);
