// The hart of a guest: its registers while it does not run, and what Memvisor does to it during an exit.
#pragma once

#include "types.h"

struct guest;

// entry.S knows the offsets of x and stack.
struct vcpu {
  uint64 x[32];          // x[8], x[9], x[18..27], x[3] and x[4] hold something only while `complete`
  uint64 stack;          // top of the stack on which its exits are handled
  struct guest *guest;
  uint64 satp;           // as the guest reads it
  uint64 device_address; // guest-physical; where the access led whose page fault is handled
  int    complete;       // the exit has saved the registers that C preserves as well
};

// Whether x[n] is saved, so that an exit may read and change it.
int  vcpu_has_register(const struct vcpu *vcpu, uint n);

// Raises exception `cause` with `value` in the guest, as its hart would at sepc.
void vcpu_inject(struct vcpu *vcpu, uint64 cause, uint64 value);

// Fetches the instruction at sepc. -1: the guest's tables no longer lead to it; the guest is to fetch
// it again, and gets the fault then.
int  vcpu_fetch(struct vcpu *vcpu, uint32 *instruction);

// Carries out an access to satp (instruction_is_satp). -1: it names a register that is not saved yet,
// and nothing was done.
int  vcpu_access_satp(struct vcpu *vcpu, uint32 instruction);
