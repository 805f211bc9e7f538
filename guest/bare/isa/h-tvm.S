// H: mstatus.TVM is about HS, not about VS: satp, hgatp and the fences of the G-stage.

#include "hypervisor.h"

START
  csrw medeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw hstatus, x0

  SET mstatus, TVM
  TRAPS_IN HS, 2, csrr a0, satp
  TRAPS_IN HS, 2, csrr a0, hgatp
  TRAPS_IN HS, 2, hfence.gvma
  RUNS_IN HS, ECALL_HS, hfence.vvma
  RUNS_IN VS, ECALL_VS, sfence.vma
  CLEAR mstatus, TVM

  FINISH
