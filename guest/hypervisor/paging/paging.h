// The contract of a way of paging: how a guest's addresses become machine addresses, and that a backup
// entry (backup.h) stands beside each entry that leads to a guest's frame. It is all that the rest of
// Memvisor knows of paging. A way of paging is a folder beside this file; an image is linked with the
// objects of one of them. paging/shadow is the one there is.
#pragma once

#include "guest/guest.h"

// At boot, in the order in which main calls them.

// Ends with CODE_HOST, and says what was expected, on a machine that this way cannot run on.
void paging_probe(void);
// Takes the memory that all guests share; called while the arena is open. The number of tables of
// entries that it may use, each of which can have a backup table of the same number.
uint32 paging_init(void);
// Sets the hart up: what of hedeleg, hgatp, hstatus and henvcfg this way decides. Everything else in
// them is set already.
void paging_hart_init(void);
// Begins a guest: its satp is Bare, nothing is mapped.
void paging_create(struct guest *guest);
// Fills in what the audit asks about roots and tables.
void paging_audit(struct audit_visor *audit);

// While guests run.

// A frame of a guest has come into being, and its backup with it.
void paging_frame_created(uint32 original);

// Where a page fault of the guest leads.
enum paging_result {
  PAGING_FILLED,  // go on: the access succeeds now
  PAGING_WRITTEN, // go on; it was the first store to a page table since the last fence
  PAGING_TABLE,   // a store to a page table at vcpu->device_address: carry it out by paging_store
  PAGING_DEVICE,  // vcpu->device_address is not memory: a device, or nothing
  PAGING_PAGE,    // the guest gets a page fault
  PAGING_ACCESS,  // the guest gets an access fault
};

// Handles page fault `cause` (12, 13 or 15) at virtual address `va`.
enum paging_result paging_fault(struct vcpu *vcpu, uint64 cause, uint64 va);

// Where in the machine the code at `va` lies that the hart is about to execute (or has just tried
// to); NULL if the guest's tables do not lead there.
const uint16 *paging_fetch(struct vcpu *vcpu, uint64 va);

// Whether the guest's tables let the guest, in the privilege in which it stopped, load from or store to
// `va`: PAGING_FILLED, PAGING_PAGE or PAGING_ACCESS.
enum paging_result paging_translates(struct vcpu *vcpu, int store, uint64 va);

// The guest wrote satp (the write of a translation scheme that it has not got has no effect), or
// executed sfence.vma.
void paging_set_root(struct vcpu *vcpu, uint64 satp);
void paging_fence(struct vcpu *vcpu);

// Carries out a store of the guest's to a page table: `bytes` (1, 2, 4 or 8) at `gpa`, naturally
// aligned.
void paging_store(struct guest *guest, uint64 gpa, const void *from, uint64 bytes);

// Memvisor itself has written into an original frame. Only guest_write and guest_put do so, and call
// this.
void paging_written(uint32 original);

// A device of the board is given a part of an original to write, and is done with it. In between, each
// fence of the guest takes the frame as written.
void paging_lend(uint32 original);
void paging_take_back(uint32 original);
