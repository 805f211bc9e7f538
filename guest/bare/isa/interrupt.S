// Interrupts of the CLINT and of software: pending, enabled, delegated, vectored; wfi.

#include "interrupt.h"

START

  csrw mie, x0
  csrw mideleg, x0
  csrw medeleg, x0
  TIMER -1
  MSIP 0

  CASE                    // pending does not need enabled
  MSIP 1
  AWAIT MSI, MSI
  MSIP 0
  AWAIT MSI, 0

  CASE                    // enabled in mie, but not in mstatus: nothing happens
  csrwi mstatus, 0
  li a0, MSI
  csrw mie, a0
  MSIP 1
  AWAIT MSI, MSI
  nop

  INTERRUPTED 3
  MSIP 0
  AWAIT MSI, 0

  CASE                    // the timer: pending from mtimecmp on
  li a0, MTIME
  ld a1, 0(a0)
  TIMER 0
  AWAIT MTI, MTI
  ld a2, 0(a0)
  bltu a2, a1, fail
  TIMER -1
  AWAIT MTI, 0
  CASE
  ld a1, 0(a0)
  addi a1, a1, 200        // 20 microseconds from now
  li t5, MTIMECMP
  sd a1, 0(t5)
  AWAIT MTI, MTI
  ld a2, 0(a0)
  bltu a2, a1, fail

  li a0, MTI
  csrw mie, a0
  INTERRUPTED 7

  TIMER -1
  AWAIT MTI, 0

  CASE                    // vectored: interrupt n goes to base + 4 n, exceptions to the base
  la t0, vectors
  ori t0, t0, 1
  csrw mtvec, t0
  csrsi mip, SSI
  li a0, SSI
  csrw mie, a0
  la s10, 1f
  csrsi mstatus, MIE
  nop
  j fail
1:
  IS a7, 1
  csrci mip, SSI
  la s10, 1f
  ecall
1:
  IS a7, 0
  la t0, trap_to_m
  csrw mtvec, t0

  CASE                    // what is delegated does not interrupt M
  li a0, SSI
  csrw mideleg, a0
  csrw mie, a0
  csrsi mip, SSI
  csrsi mstatus, MIE
  nop
  nop
  csrci mstatus, MIE

  CASE                    // it interrupts S if SIE is set …
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
  CSR_IS scause, INTERRUPT | 1
  CSR_IS sstatus, 0x120, 0x122

  CASE                    // … not if it is clear …
  csrci sstatus, 2
  la s10, 2f
1:
  nop
  ecall
2:
  csrr a0, mcause
  IS a0, 9

  CASE                    // … and always U
  la t0, 2f
  csrw stvec, t0
  csrci sstatus, 2
  DROP 0, 1f
  j fail
1:
  nop
  nop
  j fail
.balign 4
2:
  CSR_IS scause, INTERRUPT | 1
  CSR_IS sstatus, 0, 0x122
  csrci sip, SSI          // S takes it away itself
  csrr a0, sip
  andi a0, a0, SSI
  IS a0, 0
  la s10, 1f
  ecall
1:

  CASE                    // an interrupt of M comes through S and U whatever MIE says
  li a0, MSI
  csrw mie, a0
  MSIP 1
  AWAIT MSI, MSI
  csrci mstatus, MIE
  DROP MPP_S, 1f
  j 2f
1:
  nop
  nop
  j fail
2:
  CSR_IS mcause, INTERRUPT | 3
  CSR_IS mstatus, MPP_S, MPP_M
  MSIP 0
  AWAIT MSI, 0

  CASE                    // wfi goes on when something enabled is pending; with MIE 0 not taken
  csrci mstatus, MIE
  li a0, MTI
  csrw mie, a0
  li a0, MTIME
  ld a1, 0(a0)
  addi a1, a1, 2000
  li t5, MTIMECMP
  sd a1, 0(t5)
  wfi
  csrr a2, mip
  andi a2, a2, MTI
  IS a2, MTI
  CASE                    // and is interrupted if it is 1: mepc is behind the wfi
  TIMER -1
  AWAIT MTI, 0
  ld a1, 0(a0)
  addi a1, a1, 2000
  li t5, MTIMECMP
  sd a1, 0(t5)
  csrsi mstatus, MIE
  la s10, 2f
  wfi
1:
  j fail
2:
  CSR_IS mcause, INTERRUPT | 7
  csrr t5, mepc
  la t6, 1b
  bne t5, t6, fail

  FINISH

.balign 256
.option push
.option norvc
vectors:
  j 1f                    // 0: exceptions
  j 2f                    // 1
  .rept 14
  j fail
  .endr
.option pop
1:
  li a7, 0
  j trap_to_m
2:
  li a7, 1
  j trap_to_m
