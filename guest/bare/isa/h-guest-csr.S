// H: in VS-mode the names of the supervisor's CSRs mean the guest's; time is shifted; counters are
// guarded.

#include "hypervisor.h"

// VS-mode writes `value` to the supervisor's register; it must arrive in the guest's, and only
// there.
.macro GUEST s, vs, value
  CASE
  csrw \vs, x0
  csrw \s, x0
  li a0, \value
  DROP VS, 1f
  j 2f
1:
  csrw \s, a0
  csrr a1, \s
  ecall
2:
  CSR_IS mcause, ECALL_VS
  bne a0, a1, fail
  csrr a2, \vs
  bne a0, a2, fail
  csrr a2, \s
  bnez a2, fail
  csrw \vs, x0
.endm

START
  csrw medeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw hedeleg, x0

  GUEST sscratch, vsscratch, 0x123456789abcdef0
  GUEST sepc, vsepc, 0x80001000
  GUEST scause, vscause, 0x8000000000000009
  GUEST stval, vstval, 0x4000
  GUEST stvec, vstvec, 0x80002000

  CASE                    // sstatus
  csrw vsstatus, x0
  csrw sstatus, x0
  DROP VS, 1f
  j 2f
1:
  li a0, SUM|0x120
  csrs sstatus, a0
  csrr a1, sstatus
  ecall
2:
  CSR_IS vsstatus, SUM|0x120, SUM|MXR|0x122
  li a2, SUM|MXR|0x122
  and a1, a1, a2
  IS a1, SUM|0x120
  CSR_IS sstatus, 0, SUM|MXR|0x22
  csrw vsstatus, x0

  CASE                    // satp
  DROP VS, 1f
  j 2f
1:
  csrr a0, satp
  ecall
2:
  IS a0, 0
  CSR_IS mcause, ECALL_VS

  // The counters: mcounteren refuses with an illegal instruction, hcounteren with a virtual one.
  csrw mcounteren, x0
  csrw hcounteren, x0
  csrw scounteren, x0
  TRAPS_IN VS, 2, csrr a0, cycle
  li t0, 7
  csrw mcounteren, t0
  TRAPS_IN VS, VIRTUAL, csrr a0, cycle
  TRAPS_IN VS, VIRTUAL, csrr a0, time
  TRAPS_IN VS, VIRTUAL, csrr a0, instret
  TRAPS_IN VU, VIRTUAL, csrr a0, time
  RUNS_IN HS, ECALL_HS, csrr a0, time
  li t0, 7
  csrw hcounteren, t0
  RUNS_IN VS, ECALL_VS, csrr a0, cycle
  RUNS_IN VS, ECALL_VS, csrr a0, time
  RUNS_IN VS, ECALL_VS, csrr a0, instret
  TRAPS_IN VU, VIRTUAL, csrr a0, time
  csrw scounteren, t0
  RUNS_IN VU, ECALL_U, csrr a0, time

  CASE                    // time is the machine's plus htimedelta
  li t0, 1 << 50
  csrw htimedelta, t0
  csrr a1, time
  DROP VS, 1f
  j 2f
1:
  csrr a0, time
  ecall
2:
  csrr a2, time
  li t0, 1 << 50
  sub a0, a0, t0
  bltu a0, a1, fail
  bltu a2, a0, fail
  csrw htimedelta, x0

  FINISH
