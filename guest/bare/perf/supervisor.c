// Kernels run in S-mode with Sv39: RAM and the finisher at their own addresses, by leaves of 4 KiB.

#include "perf.h"
#include "virt.h"

#define TABLES (RAM_BYTES >> 21)
#define MPP_S (1ul << 11)
#define MPP (3ul << 11)
#define PMP_ALL 0x1f // NAPOT, R W X

__attribute__((aligned(4096))) uint64_t root[512];
static __attribute__((aligned(4096))) uint64_t low[512], middle[512], devices[512];
static __attribute__((aligned(4096))) uint64_t leaves[TABLES][512];

static void
map(void)
{
  root[0] = PTE(low) | PTE_TABLE;
  low[0] = PTE(devices) | PTE_TABLE;
  devices[VIRT_FINISHER / PAGE] = PTE(VIRT_FINISHER) | PTE_LEAF;
  root[RAM >> 30] = PTE(middle) | PTE_TABLE;
  for(uint64_t i = 0; i < TABLES; i++){
    middle[i] = PTE(leaves[i]) | PTE_TABLE;
    for(uint64_t j = 0; j < 512; j++)
      leaves[i][j] = PTE(RAM + (i * 512 + j) * PAGE) | PTE_LEAF;
  }
}

void
enter(void)
{
  map();
  __asm__ volatile("csrw pmpaddr0, %0" : : "r"(-1ul));
  __asm__ volatile("csrw pmpcfg0, %0" : : "r"(PMP_ALL));
  __asm__ volatile("csrw satp, %0; sfence.vma" : : "r"(SATP(root)) : "memory");
  __asm__ volatile("csrc mstatus, %0; csrs mstatus, %1" : : "r"(MPP), "r"(MPP_S));
  __asm__ volatile("la t0, 1f; csrw mepc, t0; mret; 1:" : : : "t0", "memory");
}
