// Traps to M-mode and to S-mode: cause, program counter, value, and the stack of modes in mstatus.

#include "test.h"

START

  csrw medeleg, x0
  csrw mideleg, x0

  TRAPS 11, 0, ecall
  TRAPS_ONLY 3, ebreak
  TRAPS 2, 0xffffffff, .word 0xffffffff
  TRAPS 2, 0x0000007f, .word 0x0000007f
  TRAPS 2, 0xfe00707b, .word 0xfe00707b

  // Nothing answers at 2 MiB.
  li a1, 0x200000
  li a0, 77
  TRAPS 5, 0x200000, ld a0, 0(a1)
  IS a0, 77
  TRAPS 7, 0x200008, sw a0, 8(a1)
  CASE
  la s10, 1f
  jr a1
1:
  WAS 1, 0x200000
  CSR_IS mtval, 0x200000

  CASE                    // a trap pushes MIE and the mode
  SET mstatus, MIE
  la s10, 1f
  ecall
1:
  CSR_IS mstatus, MPIE|MPP_M, MIE|MPIE|MPP_M
  CASE
  CLEAR mstatus, MIE
  la s10, 1f
  ecall
1:
  CSR_IS mstatus, MPP_M, MIE|MPIE|MPP_M

  CASE                    // mret pops them; MPP becomes U, MPIE 1
  CLEAR mstatus, MPIE|MPP_M
  SET mstatus, MPIE|MPP_M
  la t0, 1f
  csrw mepc, t0
  mret
  j fail
1:
  CSR_IS mstatus, MIE|MPIE, MIE|MPIE|MPP_M
  CLEAR mstatus, MIE|MPIE
  SET mstatus, MPP_M
  la t0, 1f
  csrw mepc, t0
  mret
1:
  CSR_IS mstatus, MPIE, MIE|MPIE|MPP_M

  RUNS_IN 0, 8, c.nop
  CSR_IS mstatus, 0, MPP_M
  RUNS_IN MPP_S, 9, c.nop
  CSR_IS mstatus, MPP_S, MPP_M
  TRAPS_IN 0, 2, .word 0xffffffff
  CSR_IS mtval, 0xffffffff
  TRAPS_IN MPP_S, 3, ebreak
  li a1, 0x200000
  TRAPS_IN 0, 5, lbu a0, 3(a1)
  CSR_IS mtval, 0x200003

  // An exception that is delegated goes to S-mode, from U and from S, never from M.
  li t0, 0x104            // ecall from U, illegal instruction
  csrw medeleg, t0
  CSR_IS medeleg, 0x104
  TRAPS 2, 0xffffffff, .word 0xffffffff

  CASE                    // ecall from U to S
  la t0, 2f
  csrw stvec, t0
  csrw sstatus, x0
  SET mstatus, 2          // SIE
  DROP 0, 1f
  j fail                  // it must not come to M
1:
  ecall
  j fail
.balign 4
2:
  CSR_IS scause, 8
  la a0, 1b
  csrr a1, sepc
  bne a0, a1, fail
  CSR_IS stval, 0
  CSR_IS sstatus, 0x20, 0x122 // SPIE from SIE, SIE 0, SPP says U

  CASE                    // sret pops: SIE from SPIE, SPIE 1, SPP becomes U
  la t0, 1f
  csrw sepc, t0
  SET sstatus, 0x100      // back to S
  sret
  j fail
1:
  CSR_IS sstatus, 0x22, 0x122

  CASE                    // illegal in S, to S: SPP says S
  la t0, 2f
  csrw stvec, t0
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
  CSR_IS sstatus, 0x120, 0x122

  CASE                    // an exception goes to the base of a vectored stvec
  la t0, 2f
  ori t0, t0, 1
  csrw stvec, t0
1:
  .word 0xfffff07f
  j fail
.balign 256
2:
  CSR_IS scause, 2

  CASE                    // what is not delegated still goes to M, from S
  la s10, 2f
1:
  ecall
  j fail
2:
  WAS 9, 1b
  CSR_IS mstatus, MPP_S, MPP_M
  CSR_IS scause, 2        // untouched

  FINISH
