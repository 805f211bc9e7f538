// H: what a guest may not do, and whose exception it is: illegal (2) or virtual instruction (22).

#include "hypervisor.h"

START
  csrw medeleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw hstatus, x0

  TRAPS_IN VS, VIRTUAL, csrr a0, hstatus
  CSR_IS mtval, 0x60002573
  TRAPS_IN VS, VIRTUAL, csrw hedeleg, x0
  TRAPS_IN VS, VIRTUAL, csrr a0, hgatp
  TRAPS_IN VS, VIRTUAL, csrr a0, vsstatus
  TRAPS_IN VS, VIRTUAL, csrw vsatp, x0
  TRAPS_IN VS, VIRTUAL, csrr a0, hvip
  TRAPS_IN VS, VIRTUAL, hfence.vvma
  TRAPS_IN VS, VIRTUAL, hfence.gvma
  TRAPS_IN VS, VIRTUAL, hlv.d a0, (a1)
  TRAPS_IN VS, VIRTUAL, hsv.b a0, (a1)
  TRAPS_IN VS, VIRTUAL, hlvx.hu a0, (a1)
  TRAPS_IN VS, 2, csrr a0, mstatus
  TRAPS_IN VS, 2, mret
  TRAPS_IN VS, 2, csrr a0, 0x123

  TRAPS_IN VU, VIRTUAL, csrr a0, hstatus
  TRAPS_IN VU, VIRTUAL, wfi
  TRAPS_IN VU, 2, csrr a0, mstatus
  TRAPS_IN VU, 2, mret

  TRAPS_IN 0, 2, csrr a0, hstatus
  TRAPS_IN 0, 2, csrr a0, vsstatus
  TRAPS_IN 0, 2, hfence.vvma
  TRAPS_IN 0, 2, hlv.d a0, (a1)
  RUNS_IN HS, ECALL_HS, csrr a0, hstatus
  RUNS_IN HS, ECALL_HS, csrr a0, vsstatus
  RUNS_IN HS, ECALL_HS, hfence.vvma
  RUNS_IN HS, ECALL_HS, hfence.gvma
  TRAPS_IN HS, 2, csrr a0, mtval2

  RUNS_IN VS, ECALL_VS, csrr a0, sstatus
  RUNS_IN VS, ECALL_VS, sfence.vma

  // VTW, unless TW is before it. VTSR.
  SET hstatus, VTW
  TRAPS_IN VS, VIRTUAL, wfi
  CSR_IS mtval, 0x10500073
  SET mstatus, TW
  TRAPS_IN VS, 2, wfi
  CLEAR mstatus, TW
  CLEAR hstatus, VTW
  SET hstatus, VTSR
  TRAPS_IN VS, VIRTUAL, sret
  CLEAR hstatus, VTSR

  FINISH
