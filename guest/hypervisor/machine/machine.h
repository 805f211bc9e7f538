// The machine under Memvisor, as its device tree tells.
#pragma once

#include "types.h"

#define BOOTARGS_BYTES 512
#define ISA_BYTES      256

struct span {
  uint64 base;
  uint64 bytes;
};

struct machine {
  uint64 hart;                  // the hart that boots
  struct span original, backup; // the two banks
  struct span initrd;           // the guest kernel
  char   bootargs[BOOTARGS_BYTES];
  char   isa[ISA_BYTES];        // riscv,isa of the boot hart
};

extern struct machine machine;

// Reads the tree at `tree`; panics if there is none, or no memory in it.
void   machine_discover(uint64 hart, uint64 tree);
// The number after `key=` in the boot arguments, or `otherwise`.
uint64 machine_argument(const char *key, uint64 otherwise);

static inline int
spans_meet(uint64 a, uint64 a_bytes, uint64 b, uint64 b_bytes)
{
  return a < b + b_bytes && b < a + a_bytes;
}
