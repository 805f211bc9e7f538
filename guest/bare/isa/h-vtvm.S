// H: VTVM: satp and every sfence.vma of VS-mode are the hypervisor's business.

#include "hypervisor.h"

START
  csrw medeleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw hstatus, x0

  RUNS_IN VS, ECALL_VS, csrr a0, satp
  RUNS_IN VS, ECALL_VS, csrw satp, x0
  RUNS_IN VS, ECALL_VS, sfence.vma
  SET hstatus, VTVM
  TRAPS_IN VS, VIRTUAL, csrr a0, satp
  CSR_IS mtval, 0x18002573
  TRAPS_IN VS, VIRTUAL, csrw satp, a1
  CSR_IS mtval, 0x18059073
  TRAPS_IN VS, VIRTUAL, csrrs x0, satp, x0
  TRAPS_IN VS, VIRTUAL, sfence.vma
  CSR_IS mtval, 0x12000073
  TRAPS_IN VS, VIRTUAL, sfence.vma a0, a1
  CSR_IS mtval, 0x12b50073
  RUNS_IN VS, ECALL_VS, csrr a0, sstatus
  RUNS_IN HS, ECALL_HS, csrr a0, satp
  RUNS_IN HS, ECALL_HS, sfence.vma

  FINISH
