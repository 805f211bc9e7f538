// The guest's kernel: an ELF file, or a flat image for KERNEL_BASE.
#pragma once

#include "guest/guest.h"
#include "machine/machine.h"

// Puts the kernel in `image` into the guest's memory. The guest-physical address of its first
// instruction.
uint64 load_kernel(struct guest *guest, struct span image);
