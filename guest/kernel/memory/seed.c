// Numbers that follow from the seed alone, different for each use of them.

#include "memory/seed.h"
#include "device/devicetree.h"

// One step of splitmix64 (Steele, Lea and Flood 2014): seeds that differ little give numbers that
// differ much.
static uint64
mix(uint64 z)
{
  z += 0x9e3779b97f4a7c15UL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
  return z ^ (z >> 31);
}

uint64
seed_number(enum seed_use use, uint64 n)
{
  uint64 seed = bootarg("seed", 0);
  return seed == 0 ? 0 : mix(mix(seed) + n * SEED_USES + use);
}
