// The CSR fields and instructions of the hypervisor extension, by their names in the privileged
// specification.
#pragma once

#include "riscv.h"

#define HSTATUS_SPV   (1UL << 7)
#define HSTATUS_SPVP  (1UL << 8)
#define HSTATUS_VTVM  (1UL << 20)
#define HSTATUS_VSXL  (2UL << 32) // XLEN of VS-mode is 64

#define HENVCFG_ADUE (1UL << 61)
#define HENVCFG_STCE (1UL << 63)
#define HENVCFG_CACHE_BLOCKS 0xf0UL // CBIE, CBCFE, CBZE: the guest may manage cache blocks

// hvip, hideleg: the interrupts of VS-mode.
#define VS_INTERRUPTS (IP_VSSIP | IP_VSTIP | IP_VSEIP)

// What a guest handles by itself under each way of paging; whether page faults (12, 13, 15) are among it,
// paging_hart_init decides.
#define GUEST_EXCEPTIONS                                                        \
  (1UL << CAUSE_INSTRUCTION_MISALIGNED | 1UL << CAUSE_ILLEGAL_INSTRUCTION |     \
   1UL << CAUSE_BREAKPOINT | 1UL << CAUSE_LOAD_MISALIGNED |                     \
   1UL << CAUSE_STORE_MISALIGNED | 1UL << CAUSE_ECALL_U)

#define COUNTERS_CYCLE_TIME_INSTRET 7

#define SSTATUS_FS_INITIAL (1UL << 13)

#define SATP_MODE(satp) ((satp) >> 60)
#define SATP_MODE_BARE  0UL
#define SATP_MODE_SV39  8UL
#define SATP_ASID_SHIFT 44
#define SATP_ASID       (0xffffUL << SATP_ASID_SHIFT)
#define SATP_PPN        ((1UL << 44) - 1)

#define CAUSE_INTERRUPT_S_SOFT     1
#define CAUSE_INTERRUPT_S_TIMER    5
#define CAUSE_INTERRUPT_S_EXTERNAL 9

// Drops every translation of the guest, of all its address spaces.
static inline void
hfence_vvma(void)
{
  __asm__ volatile(".option push\n.option arch, +h\nhfence.vvma zero, zero\n.option pop"
                   : : : "memory");
}
