// memset and memcpy of 1 MiB, in words of 8 bytes.

#include "perf.h"

#define WORDS (1 << 17)
#define ROUNDS 250

static __attribute__((aligned(4096))) uint64_t from[WORDS], to[WORDS];

void
kernel(void)
{
  for(uint64_t round = 0; round < ROUNDS; round++){
    for(int i = 0; i < WORDS; i++)
      from[i] = round;
    for(int i = 0; i < WORDS; i++)
      to[i] = from[i];
    keep(to[round]);
  }
}
