// sfence.vma, in each of its forms, makes a changed table seen; satp alone need not, and ASIDs keep
// apart.

#include "paging.h"

// The byte that S-mode reads at TARGET.
.macro READS value
  li a0, 0
  li a1, TARGET
  ACCESS MPP_S, load, 0, 9
  IS a0, \value
.endm

// Writes leaf 0 without a fence.
.macro CHANGE symbol, flags
  PTE t0, \symbol, \flags
  la t1, leaves
  sd t0, 0(t1)
.endm

START
  csrw medeleg, x0
  PREPARE
  la t0, frame2
  li t1, 0x42
  sb t1, 0(t0)

  CASE
  MAP 0, frame, V|R|A
  READS 0x73
  CHANGE frame2, V|R|A
  sfence.vma
  READS 0x42

  CASE                    // by address
  CHANGE frame, V|R|A
  li a1, TARGET
  sfence.vma a1
  READS 0x73
  CASE                    // by any address of the page
  CHANGE frame2, V|R|A
  li a1, TARGET + 4095
  sfence.vma a1, x0
  READS 0x42

  CASE                    // by ASID: the one in use, 0
  CHANGE frame, V|R|A
  li a2, 0
  sfence.vma x0, a2
  READS 0x73
  CASE
  CHANGE frame2, V|R|A
  li a1, TARGET
  sfence.vma a1, a2
  READS 0x42

  CASE                    // fewer rights
  CHANGE frame, 0
  sfence.vma
  li a1, TARGET
  ACCESS MPP_S, load, 0, 13
  CASE                    // more rights
  MAP 0, frame, V|R|A
  ACCESS MPP_S, store, 0, 15
  li a0, 0x73
  CHANGE frame, V|R|W|A|D
  sfence.vma
  ACCESS MPP_S, store, 0, 9

  CASE                    // code: another frame at the same address
  MAP 0, frame, V|X|A
  ACCESS MPP_S, fetch, 0, 9
  la t0, frame2
  li t1, 0x00100513       // li a0, 1
  sw t1, 0(t0)
  li t1, 0x73
  sw t1, 4(t0)
  fence.i
  MAP 0, frame2, V|X|A
  li a0, 0
  ACCESS MPP_S, fetch, 0, 9
  IS a0, 1

  CASE                    // another root, with a fence
  la t0, middle2
  PTE t1, leaves2, V
  sd t1, 0(t0)
  la t0, leaves2
  PTE t1, frame, V|R|A
  sd t1, 0(t0)
  la t0, root2
  la t2, root
  ld t1, 16(t2)
  sd t1, 16(t0)
  PTE t1, middle2, V
  sd t1, 8(t0)
  MAP 0, frame2, V|R|A
  READS 0x13
  la t0, root2
  srli t0, t0, 12
  li t1, 8 << 60
  or t0, t0, t1
  csrr s0, satp
  csrw satp, t0
  sfence.vma
  READS 0x73
  CASE                    // and back
  csrw satp, s0
  sfence.vma
  READS 0x13

  CASE                    // a superpage in the place of small pages
  li a1, TARGET
  la t0, middle
  ld s0, 0(t0)
  li t1, (0x80000000 >> 2) | V|R|W|A|D
  sd t1, 0(t0)
  sfence.vma
  la t0, _start
  lbu a2, 0(t0)
  li a0, 0
  ACCESS MPP_S, load, 0, 9
  andi a0, a0, 0xff
  bne a0, a2, fail
  la t0, middle
  sd s0, 0(t0)
  sfence.vma
  READS 0x13

  FINISH

ROUTINES
TABLES
.balign 4096
root2:
  .space 4096
middle2:
  .space 4096
leaves2:
  .space 4096
