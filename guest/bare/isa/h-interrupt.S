// H: interrupts of a guest: injected by hvip, by vstimecmp, delegated by hideleg or not.

#include "hypervisor.h"
#include "interrupt.h"

// In VS with SIE, this bit of hvip must interrupt the guest with this cause.
.macro INJECTED bit, cause
  CASE
  li t0, \bit
  csrw hvip, t0
  la t0, 2f
  csrw vstvec, t0
  li t0, 2
  csrw vsstatus, t0
  DROP VS, 1f
  j fail
1:
  nop
  nop
  j fail
.balign 4
2:
  CSR_IS scause, INTERRUPT | \cause
  csrr a0, sepc
  la a1, 1b
  bne a0, a1, fail
  CSR_IS sstatus, 0x120, 0x122
  la s10, 1f
  ecall
1:
  CSR_IS mcause, ECALL_VS
  csrw hvip, x0
.endm

START
  csrw medeleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw mie, x0
  li t0, 0x222
  csrw mideleg, t0
  li t0, 0x444
  csrw hideleg, t0
  csrw hie, t0
  la t0, outside
  csrw stvec, t0

  INJECTED 0x004, 1
  INJECTED 0x040, 5
  INJECTED 0x400, 9

  CASE                    // the guest's vectors: entry 1, the cause that it sees
  li t0, 4
  csrw hvip, t0
  la t0, vectors
  ori t0, t0, 1
  csrw vstvec, t0
  li t0, 2
  csrw vsstatus, t0
  DROP VS, 1f
  j 2f
1:
  nop
  j fail
2:
  CSR_IS mcause, ECALL_VS
  IS a7, 1
  CSR_IS vscause, INTERRUPT | 1
  csrw hvip, x0

  CASE                    // not while the guest's SIE is 0, but always in VU
  li t0, 4
  csrw hvip, t0
  csrw vsstatus, x0
  RUNS_IN VS, ECALL_VS, nop
  la t0, 2f
  csrw vstvec, t0
  DROP VU, 1f
  j fail
1:
  nop
  j fail
.balign 4
2:
  CSR_IS scause, INTERRUPT | 1
  CSR_IS sstatus, 0, 0x122
  la s10, 1f
  ecall
1:

  CASE                    // not outside the guest: HS and U are not concerned
  li t0, 2
  csrw sstatus, t0
  RUNS_IN HS, ECALL_HS, nop
  RUNS_IN 0, ECALL_U, nop
  csrw sstatus, x0

  CASE                    // not while the guest has it disabled
  csrw hie, x0
  li t0, 2
  csrw vsstatus, t0
  RUNS_IN VS, ECALL_VS, nop
  li t0, 0x444
  csrw hie, t0

  CASE                    // not delegated, it interrupts HS (cause 2), out of the guest …
  csrw hideleg, x0
  la t0, 2f
  csrw stvec, t0
  csrw sstatus, x0
  csrw hstatus, x0
  DROP VS, 1f
  j fail
1:
  nop
  j fail
.balign 4
2:
  CSR_IS scause, INTERRUPT | 2
  CSR_IS hstatus, SPV|SPVP, SPV|SPVP
  csrw hvip, x0
  la s10, 1f
  ecall
1:
  CSR_IS mcause, ECALL_HS

  CASE                    // a supervisor's interrupt comes through VS whatever the SIEs say
  li t0, SSI
  csrw mie, t0
  csrs mip, t0
  la t0, 2f
  csrw stvec, t0
  csrw sstatus, x0
  csrw vsstatus, x0
  DROP VS, 1f
  j fail
1:
  nop
  j fail
.balign 4
2:
  CSR_IS scause, INTERRUPT | 1
  CSR_IS hstatus, SPV, SPV
  csrci sip, SSI
  la s10, 1f
  ecall
1:
  csrw mie, x0

  // vstimecmp: the guest's timer, against its own time.
  CASE
  SET menvcfg, STCE
  SET henvcfg, STCE
  CSR_IS henvcfg, STCE, STCE
  li t0, 7
  csrw mcounteren, t0
  csrw hcounteren, t0
  li t0, 0x444
  csrw hideleg, t0
  csrw hie, t0
  li a0, -1
  csrw vstimecmp, a0
  csrw stimecmp, a0
  AWAIT 0x40, 0
  csrw vstimecmp, x0
  AWAIT 0x40, 0x40
  csrw vstimecmp, a0
  AWAIT 0x40, 0
  CASE                    // the guest sets it through stimecmp, and is interrupted
  la t0, 2f
  csrw vstvec, t0
  li t0, 2
  csrw vsstatus, t0
  DROP VS, 1f
  j fail
1:
  csrw stimecmp, x0
  nop
  nop
  j fail
.balign 4
2:
  CSR_IS scause, INTERRUPT | 5
  li a0, -1
  csrw stimecmp, a0
  csrr a1, sip
  andi a1, a1, STI
  IS a1, 0
  la s10, 1f
  ecall
1:
  CSR_IS stimecmp, -1
  CSR_IS vstimecmp, -1

  // Without henvcfg.STCE the guest has no stimecmp.
  CLEAR henvcfg, STCE
  TRAPS_IN VS, VIRTUAL, csrr a0, stimecmp
  RUNS_IN HS, ECALL_HS, csrr a0, stimecmp

  FINISH

.balign 256
.option push
.option norvc
vectors:
  j fail
  j 1f
  .rept 14
  j fail
  .endr
.option pop
1:
  li a7, 1
  ecall

.balign 4
outside:
  j fail
