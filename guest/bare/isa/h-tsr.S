// H: mstatus.TSR is about HS, not about VS.

#include "hypervisor.h"

START
  csrw medeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw hstatus, x0

  SET mstatus, TSR
  TRAPS_IN HS, 2, sret
  CASE
  DROP VS, 1f
  j 3f
1:
  la t0, 2f
  csrw sepc, t0
  csrw sstatus, x0
  sret
2:
  ecall
3:
  WAS ECALL_U, 2b

  FINISH
