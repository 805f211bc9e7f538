// A guest's PLIC: 31 sources, one context that counts (hart 0 in S-mode, context 1, as on the
// board).
#pragma once

#include "types.h"

#define VPLIC_SOURCES 32

struct vplic {
  uint32 priority[VPLIC_SOURCES];
  uint32 level;     // lines that devices hold high
  uint32 pending;
  uint32 claimed;   // between claim and completion
  uint32 enabled;
  uint32 threshold;
};

uint32 vplic_read(struct vplic *plic, uint64 offset);
void   vplic_write(struct vplic *plic, uint64 offset, uint32 value);
// A device raises or lowers its line.
void   vplic_line(struct vplic *plic, uint source, int high);
