// Time is one for all harts: what a hart has read, no other reads less of later. Each has timers of its
// own.

#include "smp.h"

#define ROUNDS 2000
#define TICKS 2000

START_HARTS

  CASE                    // time never runs backwards, by `time` or by mtime
  la a1, lock
  la a2, latest
  li a3, MTIME
  li a7, ROUNDS
1:
  li a4, 1
  amoswap.w.aq a5, a4, (a1)
  bnez a5, 1b
  ld a6, 0(a2)
  rdtime a0
  bltu a0, a6, fail
  ld a6, 0(a3)
  bltu a6, a0, fail
  sd a6, 0(a2)
  amoswap.w.rl zero, zero, (a1)
  addi a7, a7, -1
  bnez a7, 1b
  MEET 1

  CASE                    // each hart has its mtimecmp, and wakes by it
  li a1, MTIMECMP
  slli t0, s8, 3
  add a1, a1, t0
  li a2, -1
  sd a2, 0(a1)
  li t0, MTI
  csrw mie, t0
  MEET 2
  la a2, latest
  ld a2, 0(a2)
  li a3, HARTS
  sub a3, a3, s8
  li t0, TICKS
  mul a3, a3, t0
  add a2, a2, a3
  sd a2, 0(a1)
2:
  wfi
  csrr t5, mip
  andi t5, t5, MTI
  beqz t5, 2b
  rdtime a3
  bltu a3, a2, fail
  li t0, -1
  sd t0, 0(a1)
  AWAIT MTI, 0

FINISH_HARTS 3

.bss
.balign 64
lock:
  .space 64
latest:
  .space 64
