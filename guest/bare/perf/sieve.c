// The primes below 2^20 by Eratosthenes: single bytes with growing strides.

#include "perf.h"

#define LIMIT (1 << 20)
#define ROUNDS 120

static __attribute__((aligned(4096))) uint8_t composite[LIMIT];

void
kernel(void)
{
  for(int round = 0; round < ROUNDS; round++){
    uint64_t primes = 0;
    for(int i = 0; i < LIMIT; i++)
      composite[i] = 0;
    for(int i = 2; i < LIMIT; i++){
      if(composite[i])
        continue;
      primes++;
      for(int j = 2 * i; j < LIMIT; j += i)
        composite[j] = 1;
    }
    keep(primes);
  }
}
