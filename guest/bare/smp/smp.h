// What every program for several harts is made of, on top of an ISA program's macros. HARTS of them take
// part; more, if there are any, wait for ever. Each has a stack of its own and its number in s8. A case
// that fails on any hart ends the program; hart 0 ends it well when the others are through.
#pragma once

#include "../isa/interrupt.h"

#define HARTS 4
#define STACK 1024

.macro START_HARTS
START
  csrr s8, mhartid
  li t0, HARTS
  bgeu s8, t0, idle
  li t0, STACK
  mul t0, t0, s8
  sub sp, sp, t0
.endm

// a0 = the sum before this hart came.
.macro COUNT symbol, value
  la t5, \symbol
  li t6, \value
  amoadd.d.aqrl a0, t6, (t5)
.endm

// Waits until the doubleword has reached the value.
.macro REACHED symbol, value
  la t5, \symbol
  li t6, \value
8:
  ld t4, 0(t5)
  bltu t4, t6, 8b
  fence
.endm

// All harts come here, for the nth time (counted from 1), before any goes on.
.macro MEET n
  COUNT arrived, 1
  REACHED arrived, HARTS * \n
.endm

// Hart n goes on, the others to `otherwise`.
.macro ONLY n, otherwise
  li t0, \n
  bne s8, t0, \otherwise
.endm

// The end: `n` meetings have been.
.macro FINISH_HARTS n
  MEET \n
  ONLY 0, idle
  FINISH
idle:
  csrw mie, zero
1:
  wfi
  j 1b

.bss
.balign 64
arrived:
  .space 64
.text
.endm
