// Zicboz: cbo.zero clears the block of 64 bytes that holds its address; menvcfg, senvcfg and henvcfg
// say who may.

#include "hypervisor.h"

.option arch, +zicboz

#define CBZE 0x80

.macro FILL
  la a0, block-64
  li a1, -1
  li a2, 24
1:
  sd a1, 0(a0)
  addi a0, a0, 8
  addi a2, a2, -1
  bnez a2, 1b
.endm

// The block is zero, and its neighbours are not.
.macro CLEARED
  la a0, block
  ld a1, -8(a0)
  IS a1, -1
  ld a1, 64(a0)
  IS a1, -1
  li a2, 8
1:
  ld a1, 0(a0)
  IS a1, 0
  addi a0, a0, 8
  addi a2, a2, -1
  bnez a2, 1b
.endm

START
  csrw medeleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0
  csrw menvcfg, x0
  csrw senvcfg, x0
  csrw henvcfg, x0
  la s0, block

  CASE
  FILL
  cbo.zero 0(s0)
  CLEARED

  CASE                    // from anywhere within it
  FILL
  addi a3, s0, 63
  cbo.zero 0(a3)
  CLEARED
  FILL
  addi a3, s0, 17
  cbo.zero 0(a3)
  CLEARED

  TRAPS_IN MPP_S, 2, cbo.zero 0(s0)
  TRAPS_IN 0, 2, cbo.zero 0(s0)
  TRAPS_IN VS, 2, cbo.zero 0(s0)
  TRAPS_IN VU, 2, cbo.zero 0(s0)

  li t0, CBZE
  csrw menvcfg, t0
  CASE
  CSR_IS menvcfg, CBZE, CBZE
  FILL
  RUNS_IN MPP_S, 9, cbo.zero 0(s0)
  CLEARED
  TRAPS_IN 0, 2, cbo.zero 0(s0)
  TRAPS_IN VS, VIRTUAL, cbo.zero 0(s0)
  TRAPS_IN VU, VIRTUAL, cbo.zero 0(s0)

  li t0, CBZE
  csrw senvcfg, t0
  RUNS_IN 0, 8, cbo.zero 0(s0)
  TRAPS_IN VU, VIRTUAL, cbo.zero 0(s0)
  li t0, CBZE
  csrw henvcfg, t0
  RUNS_IN VS, ECALL_VS, cbo.zero 0(s0)
  FILL
  RUNS_IN VU, ECALL_U, cbo.zero 0(s0)
  CLEARED
  csrw senvcfg, x0
  TRAPS_IN VU, VIRTUAL, cbo.zero 0(s0)
  csrw menvcfg, x0
  TRAPS_IN VS, 2, cbo.zero 0(s0)

  // Where nothing is, it is a store that fails.
  CASE
  la s10, 2f
1:
  cbo.zero 0(x0)
  j fail
2:
  WAS 7, 1b
  FINISH

.data
.balign 64
  .skip 64
block:
  .skip 128
