// The one source of chance: the boot argument `seed`. It varies what a result should not depend on:
// the order in which frames are handed out, and when ticks fall.
#pragma once

#include "types.h"

enum seed_use { SEED_ORIGINALS, SEED_BACKUPS, SEED_TIMER, SEED_USES };

// The nth number for this use; 0 for seed 0, which stands for the plain order.
uint64 seed_number(enum seed_use use, uint64 n);
