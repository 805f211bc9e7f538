// A guest's PLIC: the board's (machine/rv64/device/plic.ts), with the two contexts of one hart. That
// of M-mode keeps what is written to it, as on the board, and never interrupts.
#pragma once

#include "types.h"

#define VPLIC_SOURCES  96
#define VPLIC_WORDS    (VPLIC_SOURCES / 32)
#define VPLIC_CONTEXTS 2

struct vplic {
  uint8  priority[VPLIC_SOURCES];
  uint32 pending[VPLIC_WORDS];
  uint32 serving[VPLIC_WORDS]; // between claim and completion
  uint32 again[VPLIC_WORDS];   // asserted in service, and not taken back
  struct {
    uint32 enabled[VPLIC_WORDS];
    uint32 threshold;
  } context[VPLIC_CONTEXTS];
};

// Accesses of 1, 2 or 4 bytes, aligned.
uint32 vplic_read(struct vplic *plic, uint64 offset, int bytes);
void   vplic_write(struct vplic *plic, uint64 offset, int bytes, uint32 value);
// The wire of a source: a device says `high` whenever something has happened that interrupts, and
// low when it no longer would.
void   vplic_line(struct vplic *plic, uint source, int high);
