// RISC-V as guest code needs it: CSR access, the fields of status registers, causes, Sv39.
// Names are those of the privileged specification.
#pragma once

#include "types.h"

#define csr_read(name) ({ uint64 v_; __asm__ volatile("csrr %0, " #name : "=r"(v_)); v_; })
#define csr_write(name, v) __asm__ volatile("csrw " #name ", %0" : : "rK"((uint64)(v)) : "memory")
#define csr_set(name, v)   __asm__ volatile("csrs " #name ", %0" : : "rK"((uint64)(v)) : "memory")
#define csr_clear(name, v) __asm__ volatile("csrc " #name ", %0" : : "rK"((uint64)(v)) : "memory")

#define SSTATUS_SIE  (1UL << 1)
#define SSTATUS_SPIE (1UL << 5)
#define SSTATUS_SPP  (1UL << 8)
#define SSTATUS_FS   (3UL << 13)
#define SSTATUS_SUM  (1UL << 18)
#define SSTATUS_MXR  (1UL << 19)

#define MSTATUS_MIE  (1UL << 3)
#define MSTATUS_MPIE (1UL << 7)
#define MSTATUS_MPP_M (3UL << 11)
#define MSTATUS_MPP_S (1UL << 11)
#define MSTATUS_MPRV (1UL << 17)
#define MSTATUS_GVA  (1UL << 38)
#define MSTATUS_MPV  (1UL << 39)

#define IP_SSIP (1UL << 1)
#define IP_VSSIP (1UL << 2)
#define IP_MSIP (1UL << 3)
#define IP_STIP (1UL << 5)
#define IP_VSTIP (1UL << 6)
#define IP_MTIP (1UL << 7)
#define IP_SEIP (1UL << 9)
#define IP_VSEIP (1UL << 10)
#define IP_MEIP (1UL << 11)

#define CAUSE_INTERRUPT              (1UL << 63)
#define CAUSE_INSTRUCTION_MISALIGNED 0
#define CAUSE_INSTRUCTION_ACCESS     1
#define CAUSE_ILLEGAL_INSTRUCTION    2
#define CAUSE_BREAKPOINT             3
#define CAUSE_LOAD_MISALIGNED        4
#define CAUSE_LOAD_ACCESS            5
#define CAUSE_STORE_MISALIGNED       6
#define CAUSE_STORE_ACCESS           7
#define CAUSE_ECALL_U                8
#define CAUSE_ECALL_S                9
#define CAUSE_ECALL_VS              10
#define CAUSE_ECALL_M               11
#define CAUSE_INSTRUCTION_PAGE      12
#define CAUSE_LOAD_PAGE             13
#define CAUSE_STORE_PAGE            15
#define CAUSE_HARDWARE_ERROR        19
#define CAUSE_INSTRUCTION_GUEST_PAGE 20
#define CAUSE_LOAD_GUEST_PAGE       21
#define CAUSE_VIRTUAL_INSTRUCTION   22
#define CAUSE_STORE_GUEST_PAGE      23

#define PGSIZE  4096UL
#define PGSHIFT 12
#define PGROUNDUP(a)   (((a) + PGSIZE - 1) & ~(PGSIZE - 1))
#define PGROUNDDOWN(a) ((a) & ~(PGSIZE - 1))

#define PTE_V (1UL << 0)
#define PTE_R (1UL << 1)
#define PTE_W (1UL << 2)
#define PTE_X (1UL << 3)
#define PTE_U (1UL << 4)
#define PTE_G (1UL << 5)
#define PTE_A (1UL << 6)
#define PTE_D (1UL << 7)
#define PTE_LEAF (PTE_R | PTE_W | PTE_X)

#define PA2PTE(pa)  ((((uint64)(pa)) >> 12) << 10)
#define PTE2PA(pte) ((((pte) >> 10) & ((1UL << 44) - 1)) << 12)
#define PTE_FLAGS(pte) ((pte) & 0x3ffUL)
#define PX(level, va) ((((uint64)(va)) >> (PGSHIFT + 9 * (level))) & 0x1ff)

#define SATP_SV39 (8UL << 60)
#define SATP_ROOT(satp) (((satp) & ((1UL << 44) - 1)) << 12)
#define MAKE_SATP(root) (SATP_SV39 | (((uint64)(root)) >> 12))

static inline void
sfence_vma(void)
{
  __asm__ volatile("sfence.vma zero, zero" : : : "memory");
}
