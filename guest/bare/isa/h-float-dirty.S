// H with F: SD of vsstatus, and a write of fcsr by the guest, which makes FS dirty for both.

#include "h-float.h"

START
  csrw medeleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0

  BOTH FS_CLEAN, FS_INITIAL
  RUNS_IN VU, ECALL_U, csrw fcsr, x0
  CASE
  CSR_IS mstatus, SD|FS, SD|FS
  CSR_IS vsstatus, SD|FS, SD|FS
  CASE                    // to the guest, sstatus is vsstatus
  BOTH FS_CLEAN, FS
  DROP VS, 1f
  j 2f
1:
  csrr a0, sstatus
  ecall
2:
  li a1, SD|FS
  and a0, a0, a1
  IS a0, SD|FS
  CSR_IS mstatus, FS_CLEAN, SD|FS
  FINISH
