// H: a supervisor's CSR or instruction in VU-mode is a virtual instruction: HS could do it.

#include "hypervisor.h"

START
  csrw medeleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw hstatus, x0

  TRAPS_IN VU, VIRTUAL, csrr a0, sstatus
  CSR_IS mtval, 0x10002573
  TRAPS_IN VU, VIRTUAL, csrr a0, satp
  TRAPS_IN VU, VIRTUAL, csrw sscratch, a0
  TRAPS_IN VU, VIRTUAL, csrr a0, sepc

  TRAPS_IN VU, VIRTUAL, sret
  TRAPS_IN VU, VIRTUAL, sfence.vma
  TRAPS_IN VU, VIRTUAL, hfence.gvma
  TRAPS_IN VU, VIRTUAL, hlv.d a0, (a1)

  FINISH
