// Code that another hart writes: after fence.i a hart executes what was stored, however often it has
// executed what was there before. Hart 0 writes and does not execute it.

#include "smp.h"

#define ROUNDS 40
#define CALLS 200

START_HARTS

  CASE
  li s7, 0                // the round
1:
  ONLY 0, 3f
  la a1, routine          // li a0, round
  slli a2, s7, 20
  li a3, 0x513            // addi a0, zero, 0
  or a2, a2, a3
  sw a2, 0(a1)
  sw a2, 1024(a1)         // beside the code, in its page
  fence
  COUNT written, 1
  j 6f
3:
  addi t0, s7, 1
  la t5, written
2:
  ld t4, 0(t5)
  bltu t4, t0, 2b
  fence.i
  li a7, CALLS
4:
  li a0, -1
  jal routine
  bne a0, s7, fail
  addi a7, a7, -1
  bnez a7, 4b
  la t5, done             // all, before the next round
  li t6, 1
  amoadd.d.aqrl zero, t6, (t5)
6:
  addi t0, s7, 1
  la t5, done
  li t1, HARTS - 1
  mul t0, t0, t1
5:
  ld t4, 0(t5)
  bltu t4, t0, 5b
  addi s7, s7, 1
  li t0, ROUNDS
  bne s7, t0, 1b

FINISH_HARTS 1

.bss
.balign 64
written:
  .space 64
done:
  .space 64
// Where a page of its own begins; written before it is executed.
.section .data
.balign 4096
routine:
  .word 0
  ret
  .balign 4096
