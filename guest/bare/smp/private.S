// What is each hart's own: registers, CSRs, translations. What one forgets the others keep.

#include "smp.h"
#include "../isa/paging.h"

.option arch, +f, +d

#define OWN 0x1000 // bytes between the tables of one hart and of the next
#define FS 0x6000

// Reads the page in S-mode into a0.
.macro PEEK
  la s10, 9f
  la t5, peek
  csrw mepc, t5
  LEAVE MPP_S
9:
  CSR_IS mcause, 9
.endm

.macro MINE reg, symbol
  la \reg, \symbol
  slli t5, s8, 12
  add \reg, \reg, t5
.endm

START_HARTS

  CASE                    // each hart has its number and its CSRs
  li t0, 1000
  add a1, t0, s8
  csrw mscratch, a1
  slli a2, a1, 2
  csrw sepc, a2
  csrw stvec, a2
  csrw sscratch, a1
  li t0, FS
  csrs mstatus, t0
  andi a3, s8, 3
  csrw fcsr, a3
  fmv.d.x ft0, a1
  MEET 1
  csrr a0, mscratch
  bne a0, a1, fail
  csrr a0, sscratch
  bne a0, a1, fail
  csrr a0, sepc
  bne a0, a2, fail
  csrr a0, stvec
  bne a0, a2, fail
  frcsr a0
  bne a0, a3, fail
  fmv.x.d a0, ft0
  bne a0, a1, fail
  csrr a0, mhartid
  bne a0, s8, fail

  CASE                    // one address, another frame for each
  MINE a1, frames
  addi a0, s8, 77
  sd a0, 0(a1)
  srli a0, a1, 2
  ori a0, a0, D|A|R|W|V
  MINE a2, leaf_tables
  sd a0, 0(a2)
  MINE a3, middles
  srli a0, a2, 2
  ori a0, a0, V
  sd a0, 0(a3)
  MINE a4, roots
  srli a0, a3, 2
  ori a0, a0, V
  sd a0, 8(a4)
  li a0, (0x80000000 >> 2) | D|A|X|W|R|V
  sd a0, 16(a4)
  srli a0, a4, 12
  li t0, 8 << 60
  or a0, a0, t0
  csrw satp, a0
  sfence.vma
  li a7, 200
1:
  PEEK
  addi a0, a0, -77
  bne a0, s8, fail
  addi a7, a7, -1
  bnez a7, 1b
  MEET 2

  CASE                    // hart 0 takes its page away; the others keep theirs
  ONLY 0, 2f
  MINE a2, leaf_tables
  sd zero, 0(a2)
  sfence.vma
  la s10, 1f
  la t5, peek
  csrw mepc, t5
  LEAVE MPP_S
1:
  CSR_IS mcause, 13
  COUNT gone, 1
  j 3f
2:
  REACHED gone, 1
  PEEK
  addi a0, a0, -77
  bne a0, s8, fail
3:
  MEET 3

  CASE                    // protection of memory: hart 1 shuts S-mode out
  ONLY 1, 1f
  li t0, 0x18             // NAPOT, no permissions
  csrw pmpcfg0, t0
  la s10, 2f
  la t5, peek
  csrw mepc, t5
  LEAVE MPP_S
2:
  CSR_IS mcause, 1
  COUNT gone, 1
  j 3f
1:
  REACHED gone, 2
  beqz s8, 3f
  PEEK
  addi a0, a0, -77
  bne a0, s8, fail
3:

FINISH_HARTS 4

.balign 4
peek:
  li a0, TARGET
  ld a0, 0(a0)
  ecall

.bss
.balign 64
gone:
  .space 64
.balign 4096
roots:
  .space OWN * HARTS
middles:
  .space OWN * HARTS
leaf_tables:
  .space OWN * HARTS
frames:
  .space OWN * HARTS
