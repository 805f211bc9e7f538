// Counts how long points of the plane stay near 0 under z = z * z + c: doubles, in chains.

#include "perf.h"

#define SIDE 500
#define MOST_ROUNDS 100
#define FS_DIRTY (3ul << 13)

static uint64_t
rounds(double cr, double ci)
{
  double zr = 0, zi = 0;
  uint64_t n = 0;
  while(n < MOST_ROUNDS && zr * zr + zi * zi < 4){
    double next = zr * zr - zi * zi + cr;
    zi = 2 * zr * zi + ci;
    zr = next;
    n++;
  }
  return n;
}

void
kernel(void)
{
  __asm__ volatile("csrs sstatus, %0" : : "r"(FS_DIRTY));
  uint64_t sum = 0;
  for(int y = 0; y < SIDE; y++)
    for(int x = 0; x < SIDE; x++)
      sum += rounds(3.0 * x / SIDE - 2, 2.0 * y / SIDE - 1);
  keep(sum);
}
