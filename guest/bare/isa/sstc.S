// Sstc: stimecmp raises the supervisor's timer interrupt, if menvcfg.STCE lets it.

#include "interrupt.h"

START

  csrw mideleg, x0
  csrw mie, x0
  li t0, 7
  csrw mcounteren, t0

  CASE
  SET menvcfg, STCE
  CSR_IS menvcfg, STCE, STCE
  li a0, -1
  csrw stimecmp, a0
  CSR_IS stimecmp, -1
  AWAIT STI, 0

  CASE                    // pending from stimecmp on, and only until it moves
  csrw stimecmp, x0
  AWAIT STI, STI
  csrw stimecmp, a0
  AWAIT STI, 0
  CASE
  csrr a1, time
  addi a1, a1, 500
  csrw stimecmp, a1
  AWAIT STI, STI
  csrr a2, time
  bltu a2, a1, fail

  CASE                    // the bit is the comparison and nothing else: mip cannot write it
  CLEAR mip, STI
  CSR_IS mip, STI, STI

  CASE                    // delegated, it interrupts S
  li t0, STI
  csrw mideleg, t0
  csrw mie, t0
  la t0, 2f
  csrw stvec, t0
  csrw sstatus, x0
  csrsi sstatus, 2
  DROP MPP_S, 1f
  j fail
1:
  nop
  nop
  j fail
.balign 4
2:
  CSR_IS scause, 0x8000000000000005
  li a0, -1
  csrw stimecmp, a0
  csrr a1, sip
  andi a1, a1, STI
  IS a1, 0

  CASE                    // wfi in S until then
  csrr a1, time
  addi a1, a1, 500
  csrw stimecmp, a1
  wfi
  csrr a2, sip
  andi a2, a2, STI
  IS a2, STI
  csrr a2, time
  bltu a2, a1, fail
  li a0, -1
  csrw stimecmp, a0
  la s10, 1f
  ecall
1:
  csrw mie, x0

  // Without STCE, or without mcounteren.TM, S has no stimecmp.
  TRAPS_IN 0, 2, csrr a0, stimecmp
  csrw mcounteren, x0
  TRAPS_IN MPP_S, 2, csrr a0, stimecmp
  li t0, 2
  csrw mcounteren, t0
  RUNS_IN MPP_S, 9, csrr a0, stimecmp
  CLEAR menvcfg, STCE
  TRAPS_IN MPP_S, 2, csrr a0, stimecmp
  TRAPS_IN MPP_S, 2, csrw stimecmp, x0

  CASE                    // and mip.STIP is writable again
  SET mip, STI
  CSR_IS mip, STI, STI
  CLEAR mip, STI
  CSR_IS mip, 0, STI

  FINISH
