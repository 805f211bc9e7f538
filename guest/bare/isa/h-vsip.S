// H: vsip and vsie show what hideleg delegates, one place to the right.

#include "hypervisor.h"

START
  csrw hideleg, x0
  csrw mie, x0
  csrw hgatp, x0
  csrw vsatp, x0
  li t0, 0x222
  csrw mideleg, t0

  CASE
  li a0, 0x444
  csrw hvip, a0
  CSR_IS vsip, 0, 0xfff
  CASE
  csrw hideleg, a0
  CSR_IS vsip, 0x222, 0xfff
  CASE                    // SSIP is writable
  li a0, 2
  csrc vsip, a0
  CSR_IS hvip, 0x440, 0x444
  CASE
  csrw vsie, a0
  CSR_IS hie, 0x004, 0x444
  li a0, 0x222
  csrw vsie, a0
  CSR_IS mie, 0x444, 0x444
  csrw vsie, x0
  csrw hvip, x0
  csrw hideleg, x0
  CSR_IS vsie, 0, 0xfff

  CASE                    // VS calls them sip and sie
  li a0, 0x444
  csrw hideleg, a0
  csrw hvip, a0
  csrw mie, x0
  DROP VS, 1f
  j 2f
1:
  csrr a0, sip
  li a1, 0x222
  csrw sie, a1
  csrr a1, sie
  csrci sip, 2
  ecall
2:
  CSR_IS mcause, ECALL_VS
  li a2, 0xfff
  and a0, a0, a2
  IS a0, 0x222
  and a1, a1, a2
  IS a1, 0x222
  CSR_IS mie, 0x444, 0xfff
  CSR_IS hvip, 0x440, 0x444
  csrw mie, x0
  csrw hvip, x0
  csrw hideleg, x0

  FINISH
