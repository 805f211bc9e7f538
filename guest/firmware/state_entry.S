// Entry of the state: S-mode, a0 = hart id, a1 = device tree; and instructions that it tries one by one.

#include "state.h"

.section .text.entry, "ax"
.globl entry
entry:
  la   sp, stack_end
  la   t0, bss_start
  la   t1, bss_end
1:
  bgeu t0, t1, 2f
  sd   zero, 0(t0)
  addi t0, t0, 8
  j    1b
2:
  call state
3:
  j    3b

// attempt(code, privilege, argument): executes code with the argument in a0, in S (SSTATUS_SPP) or in U (0),
// until it traps.
.globl attempt
attempt:
  addi sp, sp, -112
  sd   ra, 0(sp)
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  sd   s\n, 8 * (\n + 1)(sp)
  .endr
  la   t0, attempting
  sd   sp, 0(t0)
  la   t0, trapped
  csrw stvec, t0
  csrw sepc, a0
  li   t0, SPP
  csrc sstatus, t0
  csrs sstatus, a1
  mv   a0, a2
  sret

.balign 4
trapped:
  la   t0, attempting
  ld   sp, 0(t0)
  ld   ra, 0(sp)
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
  ld   s\n, 8 * (\n + 1)(sp)
  .endr
  addi sp, sp, 112
  ret

// Each ends at an ebreak, if it gets so far.
.macro tried name:req, instruction:vararg
.balign 4
.globl try_\name
try_\name:
  \instruction
  ebreak
.endm

.option norvc
tried cycle, csrr a0, cycle
tried time, csrr a0, time
tried instret, csrr a0, instret
tried hpmcounter3, csrr a0, hpmcounter3
tried stimecmp, csrr a0, 0x14d
tried load, ld a0, 0(a0)
tried store, sd zero, 0(a0)
tried jump, jr a0
tried illegal, .word 0
tried ecall, ecall
tried sfence, sfence.vma
tried satp, csrr a0, satp
tried hstatus, csrr a0, 0x600
tried float, .word 0xe0000553 // fmv.x.w a0, f0

.section .bss
.balign 16
attempting:
  .skip 16
  .skip 4096
stack_end:
