// A token goes round all harts, with a payload that each changes before it hands the token on.

#include "smp.h"

#define ROUNDS 50

START_HARTS

  CASE
  la a1, token
  la a2, payload
  mv a3, s8               // the token that is mine next
  li a7, ROUNDS
1:
  ld a4, 0(a1)
  bne a4, a3, 1b
  fence r, rw
  ld a5, 0(a2)            // 3x + hart
  slli a6, a5, 1
  add a5, a5, a6
  add a5, a5, s8
  sd a5, 0(a2)
  sd a3, 8(a2)
  fence rw, w
  addi a4, a4, 1
  sd a4, 0(a1)
  addi a3, a3, HARTS
  addi a7, a7, -1
  bnez a7, 1b
  MEET 1
  ONLY 0, done
  ld a0, 0(a1)
  IS a0, HARTS * ROUNDS
  ld a0, 8(a2)
  IS a0, HARTS * ROUNDS - 1
  li a7, ROUNDS           // the same by one hart
  li a5, 0
2:
  li a3, 0
3:
  slli a6, a5, 1
  add a5, a5, a6
  add a5, a5, a3
  addi a3, a3, 1
  li t0, HARTS
  bne a3, t0, 3b
  addi a7, a7, -1
  bnez a7, 2b
  ld a0, 0(a2)
  bne a0, a5, fail
done:

FINISH_HARTS 2

.bss
.balign 64
token:
  .space 64
payload:
  .space 64
