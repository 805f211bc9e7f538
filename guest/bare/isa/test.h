// What every ISA program is made of. A program is a row of cases, counted from 1 in the order of
// the file; it ends through the finisher at 0x100000: 0x5555 if all went right, otherwise 0x3333 |
// case << 16.
//
// Registers: s11 is the number of the case. s10 is where to go on after a trap to M-mode that is
// expected; 0 means that none is, and the case fails. s9 and t0 to t6 are scratch of the macros. a
// and s0 to s8 belong to the program. After an expected trap the program is in M-mode and mcause,
// mepc, mtval, mstatus are as the trap left them.
#pragma once

#define FINISHER 0x100000
#define FINISHER_PASS 0x5555
#define FINISHER_FAIL 0x3333

#define MPP_S 0x800
#define MPP_M 0x1800
#define MPIE 0x80
#define MIE 0x8
#define MPRV 0x20000
#define SUM 0x40000
#define MXR 0x80000
#define TVM 0x100000
#define TW 0x200000
#define TSR 0x400000
#define GVA (1 << 38)
#define MPV (1 << 39)

.set case_number, 0

// The head of every program: traps lead to finish.S, S-mode and U-mode may touch all memory.
.macro START
.section .text.start, "ax"
.global _start
_start:
  li s10, 0
  li s11, 0
  la sp, stack_top
  la t0, trap_to_m
  csrw mtvec, t0
  li t0, -1
  csrw pmpaddr0, t0
  li t0, 0x1f
  csrw pmpcfg0, t0
.endm

// The end of every program's text.
.macro FINISH
  j pass
.endm

.macro CASE
  .set case_number, case_number + 1
  .if case_number > 255
    .error "more than 255 cases: the number would not fit an exit code"
  .endif
  li s11, case_number
.endm

// The register must hold the value.
.macro IS reg, value:vararg
  li t6, \value
  bne \reg, t6, fail
.endm

// The CSR must hold the value, under the mask if there is one.
.macro CSR_IS csr, value, mask=-1
  csrr t5, \csr
  .if \mask != -1
    li t6, \mask
    and t5, t5, t6
  .endif
  li t6, \value
  bne t5, t6, fail
.endm

// a0 = op(a, b) must be `want`, whichever operand the destination overwrites; nothing else changes.
.macro RR op, want, a, b
  CASE
  li a1, \a
  li a2, \b
  \op a0, a1, a2
  IS a0, \want
  mv a3, a1
  \op a3, a3, a2
  IS a3, \want
  mv a3, a2
  \op a3, a1, a3
  IS a3, \want
  IS a1, \a
  IS a2, \b
  \op x0, a1, a2
  IS x0, 0
.endm

// The same for an operation whose operands are one register.
.macro R_SAME op, want, a
  CASE
  li a1, \a
  \op a1, a1, a1
  IS a1, \want
.endm

.macro RI op, want, a, imm
  CASE
  li a1, \a
  \op a0, a1, \imm
  IS a0, \want
  IS a1, \a
  \op a1, a1, \imm
  IS a1, \want
  \op x0, a1, \imm
  IS x0, 0
.endm

// The instruction, executed in M-mode, must trap with this cause, its own address in mepc, and
// mtval.
.macro TRAPS cause, tval, insn:vararg
  TRAPS_ONLY \cause, \insn
  li t6, \tval
  bne t5, t6, fail
.endm

// The same with the address of a symbol in mtval.
.macro TRAPS_AT cause, symbol, insn:vararg
  TRAPS_ONLY \cause, \insn
  la t6, \symbol
  bne t5, t6, fail
.endm

// The same without a look at mtval.
.macro TRAPS_ONLY cause, insn:vararg
  CASE
  la s10, 2f
1:
  \insn
  j fail
2:
  WAS \cause, 1b
  csrr t5, mtval
.endm

// The last trap had this cause and came from the instruction at `at`.
.macro WAS cause, at
  csrr t5, mcause
  li t6, \cause
  bne t5, t6, fail
  csrr t5, mepc
  la t6, \at
  bne t5, t6, fail
.endm

// Goes to `at` in the privilege of these mstatus bits (0: U, MPP_S, with MPV: VU, VS). Goes on
// behind this macro, in M-mode, when something there traps to M-mode.
.macro DROP mode, at
  la s10, 9f
  la t5, \at
  csrw mepc, t5
  LEAVE \mode
9:
.endm

// mret with these mstatus bits.
.macro LEAVE mode
  li t5, MPP_M
  csrc mstatus, t5
  .ifdef WITH_H
    li t5, MPV
    csrc mstatus, t5
  .endif
  li t5, \mode
  csrs mstatus, t5
  mret
.endm

// The instruction, executed in the privilege of these mstatus bits, must trap to M-mode with this
// cause.
.macro TRAPS_IN mode, cause, insn:vararg
  CASE
  DROP \mode, 1f
  j 2f
1:
  \insn
  j fail
2:
  WAS \cause, 1b
.endm

// The instruction must run there without a trap; `call` is the cause of an ecall from there.
.macro RUNS_IN mode, call, insn:vararg
  CASE
  DROP \mode, 1f
  j 3f
1:
  \insn
2:
  ecall
3:
  WAS \call, 2b
.endm

.macro SET csr, bits
  li t6, \bits
  csrs \csr, t6
.endm

.macro CLEAR csr, bits
  li t6, \bits
  csrc \csr, t6
.endm
