// H: an illegal instruction goes where medeleg and hedeleg say, and its cause is 2 everywhere.

#include "hypervisor.h"

START
  csrw mideleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw vsstatus, x0
  csrw sstatus, x0
  li t0, 4
  csrw medeleg, t0
  csrw hedeleg, t0
  la t0, outside
  csrw stvec, t0

  CASE                    // in VS, to VS
  la t0, 2f
  csrw vstvec, t0
  DROP VS, 1f
  j fail
1:
  .word 0xfffff07f
  j fail
.balign 4
2:
  CSR_IS scause, 2
  la a0, 1b
  csrr a1, sepc
  bne a0, a1, fail
  CSR_IS stval, 0xfffff07f
  CSR_IS sstatus, 0x100, 0x122
  CASE                    // from U it goes to HS
  la s10, 1f
  ebreak                  // to M: it is not delegated
1:
  CSR_IS vscause, 2
  la t0, 3f
  csrw stvec, t0
  csrw scause, x0
  DROP 0, 2f
  j fail
2:
  .word 0xfffff07f
  j fail
.balign 4
3:
  CSR_IS scause, 2
  CSR_IS stval, 0xfffff07f
  CASE
  la s10, 1f
  ebreak
1:
  CSR_IS vscause, 2

  FINISH

.balign 4
outside:
  j fail
