// Mutual exclusion by LR/SC, by amoswap, and sums by AMO: nothing is lost.

#include "smp.h"

#define ROUNDS 1000

START_HARTS

  CASE                    // a lock of LR and SC
  li a7, ROUNDS
  la a1, lock
  la a2, guarded
1:
  lr.w.aq a3, (a1)
  bnez a3, 1b
  li a4, 1
  sc.w.rl a5, a4, (a1)
  bnez a5, 1b
  ld a6, 0(a2)            // not atomic by itself
  addi a6, a6, 1
  sd a6, 0(a2)
  amoswap.w.rl zero, zero, (a1)
  addi a7, a7, -1
  bnez a7, 1b
  MEET 1
  ld a0, 0(a2)
  IS a0, HARTS * ROUNDS

  CASE                    // a lock of amoswap
  MEET 2
  li a7, ROUNDS
2:
  li a4, 1
  amoswap.w.aq a3, a4, (a1)
  bnez a3, 2b
  ld a6, 0(a2)
  addi a6, a6, -1
  sd a6, 0(a2)
  fence rw, w
  sw zero, 0(a1)
  addi a7, a7, -1
  bnez a7, 2b
  MEET 3
  ld a0, 0(a2)
  IS a0, 0

  CASE                    // sums
  li a7, ROUNDS
  la a1, sum
  addi a3, s8, 1
3:
  amoadd.d zero, a3, (a1)
  addi a7, a7, -1
  bnez a7, 3b
  MEET 4
  ld a0, 0(a1)
  IS a0, ROUNDS * HARTS * (HARTS + 1) / 2

  CASE                    // an increment of LR and SC
  li a7, ROUNDS
  la a1, count
4:
  lr.d a3, (a1)
  addi a3, a3, 1
  sc.d a4, a3, (a1)
  bnez a4, 4b
  addi a7, a7, -1
  bnez a7, 4b
  MEET 5
  ld a0, 0(a1)
  IS a0, ROUNDS * HARTS

FINISH_HARTS 6

.bss
.balign 64
lock:
  .space 64
guarded:
  .space 64
sum:
  .space 64
count:
  .space 64
