// The contract of memory virtualisation. paging_shadow.c keeps it; other ways are other files,
// chosen by linking. The caller has saved nothing but what entry.S saves.
#pragma once

#include "guest/guest.h"

// Takes what is shared by all guests; called while the arena is open.
void paging_init(void);

// A new guest: satp Bare, nothing mapped.
void paging_create(struct guest *guest);

// An original comes into being.
void paging_frame_created(uint32 original);

// Where a page fault of the guest leads.
enum paging_result {
  PAGING_FILLED,  // go on
  PAGING_WRITTEN, // go on; it was the first store to a page table since the last fence
  PAGING_TABLE,   // a store to a page table at vcpu->device_address: carry it out by paging_store
  PAGING_DEVICE,  // vcpu->device_address is not memory: a device, or nothing
  PAGING_PAGE,    // the guest gets a page fault
  PAGING_ACCESS,  // the guest gets an access fault
};

// `cause` 12, 13 or 15 at virtual address `va`.
enum paging_result paging_fault(struct vcpu *vcpu, uint64 cause, uint64 va);

// Where in the machine the code at `va` lies that the hart is about to execute (or has just tried
// to); NULL if the guest's tables do not lead there.
const uint16 *paging_fetch(struct vcpu *vcpu, uint64 va);

// The guest wrote satp (the write of a mode it has not got has no effect), or executed sfence.vma.
void paging_set_root(struct vcpu *vcpu, uint64 satp);
void paging_fence(struct vcpu *vcpu);

// A store of the guest's to a page table: `bytes` (1, 2, 4 or 8) at `gpa`, naturally aligned.
void paging_store(struct guest *guest, uint64 gpa, const void *from, uint64 bytes);

// Whether the guest's tables let the guest, in its present mode, load from or store to `va`:
// PAGING_FILLED, PAGING_PAGE or PAGING_ACCESS.
enum paging_result paging_translates(struct vcpu *vcpu, int store, uint64 va);

// An original frame was written by other means than the guest's stores: by Memvisor. guest_write is
// to be used, which calls this.
void paging_written(uint32 original);

// A device of the board is given a part of an original to write, and has written what it will. In
// between each fence of the guest takes the frame as written.
void paging_lend(uint32 original);
void paging_take_back(uint32 original);

// Fills in what the audit asks about roots.
void paging_audit(struct audit_visor *audit);
