// Memvisor's own memory: what lies between its image and the original frames. Taken at boot, never
// given back.
#pragma once

#include "types.h"

void  arena_init(void);
// Takes `bytes` on a page boundary, not cleared; panics if the bank is too small for Memvisor.
void *arena_take(uint64 bytes);
// Closes the arena: nothing is taken afterwards. Where it ends.
uint64 arena_close(void);
