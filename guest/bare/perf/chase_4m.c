// More than a soft TLB of 256 pages covers.

#include "perf.h"

const uint64_t chase_bytes = 4 << 20;
