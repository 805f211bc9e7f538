// Sv39 tables for ISA programs, made at run time. What PREPARE maps:
//
//   VA 0x80000000, a gigapage: RAM at its own address, for S-mode
//   VA 0xc0000000, a gigapage: the same RAM, for U-mode
//   VA 0x40000000, 2 MiB in 4 KiB pages: what the program puts into `leaves`
//
// The page that programs look at is TARGET, the first of them; `frame` is the RAM behind it.
#pragma once

#include "test.h"

#define V 0x01
#define R 0x02
#define W 0x04
#define X 0x08
#define U 0x10
#define G 0x20
#define A 0x40
#define D 0x80

#define TARGET 0x40000000
#define U_ALIAS 0x40000000 // added to an address of the program it is the same place for U-mode

// reg = the entry that leads to `symbol` with these flags. Uses t5.
.macro PTE reg, symbol, flags
  la \reg, \symbol
  srli \reg, \reg, 2
  li t5, \flags
  or \reg, \reg, t5
.endm

.macro PREPARE
  FILL_FRAMES
  la t0, root
  PTE t1, middle, V
  sd t1, 8(t0)
  li t1, (0x80000000 >> 2) | D|A|X|W|R|V
  sd t1, 16(t0)
  li t1, (0x80000000 >> 2) | D|A|U|X|W|R|V
  sd t1, 24(t0)
  la t0, middle
  PTE t1, leaves, V
  sd t1, 0(t0)
  la t0, root
  srli t0, t0, 12
  li t1, 8 << 60
  or t0, t0, t1
  csrw satp, t0
  sfence.vma
.endm

// leaves[n] = the entry; then all translations are forgotten.
.macro MAP n, symbol, flags
  PTE t0, \symbol, \flags
  la t1, leaves
  sd t0, (8 * \n)(t1)
  sfence.vma
.endm

// The program's memory for all this.
.macro TABLES
.bss
.balign 4096
root:
  .space 4096
middle:
  .space 4096
leaves:
  .space 4096
frame:
  .space 4096
frame2:
  .space 4096
.endm

// The frames begin with an ecall, so that a jump to one comes back.
.macro FILL_FRAMES
  li t0, 0x73
  la t1, frame
  sw t0, 0(t1)
  la t1, frame2
  sw t0, 0(t1)
  fence.i
.endm

// An access to the address in a1 from the privilege of these mstatus bits, at `at` (an address of
// the program, which for U must be taken with + U_ALIAS). It must do what `cause` says: an ecall
// (8, 9), or a fault whose mtval is the address.
.macro ACCESS mode, routine, alias, cause
  la s10, 9f
  la t5, \routine
  .if \alias
    li t6, U_ALIAS
    add t5, t5, t6
  .endif
  csrw mepc, t5
  LEAVE \mode
9:
  csrr t5, mcause
  li t6, \cause
  bne t5, t6, fail
  .if \cause >= 12
    csrr t5, mtval
    bne t5, a1, fail
  .endif
.endm

// The three kinds of access, each followed by an ecall. They leave what they read in a0.
.macro ROUTINES
.text
.balign 4
load:
  lb a0, 0(a1)
  ecall
store:
  sb a0, 0(a1)
  ecall
fetch:
  jr a1
.endm
