// MPRV: mret to a lower mode takes it away, mret to M does not.

#include "test.h"

START

  csrw medeleg, x0
  CASE
  SET mstatus, MPRV|MPP_M
  la t0, 1f
  csrw mepc, t0
  mret
1:
  CSR_IS mstatus, MPRV, MPRV
  DROP MPP_S, 1f
  j 2f
1:
  ecall
2:
  WAS 9, 1b
  CSR_IS mstatus, MPP_S, MPRV|MPP_M

  FINISH
