// Follows pointers through `chase_bytes`, one in each line of 64 bytes, in a scattered order.

#include "perf.h"

#define MOST_BYTES (4ul << 20)
#define LINE 64
#define STRIDE 2741 // odd, hence coprime to the number of lines
#define STEPS 100000000ul

extern const uint64_t chase_bytes;

static __attribute__((aligned(4096))) char data[MOST_BYTES];

void
kernel(void)
{
  uint64_t lines = chase_bytes / LINE;
  for(uint64_t i = 0; i < lines; i++)
    *(void**)(data + i * LINE) = data + (i + STRIDE) % lines * LINE;
  void **at = (void**)data;
  for(uint64_t i = 0; i < STEPS; i++)
    at = *at;
  keep((uint64_t)at);
}
