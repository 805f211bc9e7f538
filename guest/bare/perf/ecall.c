// Calls to M-mode that do nothing there.

#include "perf.h"

#define ROUNDS 3000000

void
kernel(void)
{
  for(int round = 0; round < ROUNDS; round++)
    __asm__ volatile("ecall" : : : "memory");
}
