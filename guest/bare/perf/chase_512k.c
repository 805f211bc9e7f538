// As much as a second-level cache.

#include "perf.h"

const uint64_t chase_bytes = 512 << 10;
