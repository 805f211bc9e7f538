// H with F: in the guest, FS of mstatus and of vsstatus both count, and both become dirty.

#include "h-float.h"

START
  csrw medeleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0

  BOTH FS, 0
  TRAPS_IN VS, 2, fadd.d fa0, fa0, fa0
  CSR_IS mtval, 0x02a57553
  TRAPS_IN VU, 2, fmv.x.d a0, fa0
  TRAPS_IN VS, 2, csrr a0, fcsr
  BOTH 0, FS
  TRAPS_IN VS, 2, fadd.d fa0, fa0, fa0
  TRAPS_IN VU, 2, csrr a0, frm
  BOTH 0, 0
  TRAPS_IN VS, 2, csrw fflags, x0

  // In M-mode and HS-mode vsstatus does not count.
  BOTH FS, 0
  CASE
  fadd.d fa0, fa0, fa0
  CSR_IS vsstatus, 0, FS
  RUNS_IN HS, ECALL_HS, fmv.d.x fa0, x0

  BOTH FS_INITIAL, FS_CLEAN
  RUNS_IN VS, ECALL_VS, fadd.d fa0, fa0, fa0
  CASE
  CSR_IS mstatus, SD|FS, SD|FS
  CSR_IS vsstatus, FS, FS
  FINISH
