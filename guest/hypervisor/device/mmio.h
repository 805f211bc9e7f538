// The guest's view of the board: which device an address belongs to.
#pragma once

#include "guest/guest.h"

enum mmio_result {
  MMIO_DONE,
  MMIO_REGISTERS, // needs a register that is not saved yet
  MMIO_FAULT,     // nothing is there, or not to be accessed like this: an access fault
  MMIO_TRAPPED,   // the guest has got its exception
};

// Carries out the load or store at sepc, which faulted at `va` and fell upon vcpu->device_address,
// and steps over it.
enum mmio_result mmio_emulate(struct vcpu *vcpu, int store, uint64 va);
