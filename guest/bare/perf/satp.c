// From one address space to another and back, with a fence each, and 8 pages touched in each.

#include "perf.h"

#define ROUNDS 200000
#define PAGES 8

static __attribute__((aligned(4096))) uint64_t other[512];
static __attribute__((aligned(4096))) char data[PAGES * PAGE];

static void
visit(const uint64_t *table)
{
  __asm__ volatile("csrw satp, %0; sfence.vma" : : "r"(SATP(table)) : "memory");
  for(uint64_t page = 0; page < PAGES; page++)
    keep(*(volatile char*)(data + page * PAGE));
}

void
kernel(void)
{
  for(int i = 0; i < 512; i++)
    other[i] = root[i];
  for(int round = 0; round < ROUNDS; round++){
    visit(other);
    visit(root);
  }
}
