// Between user mode and the kernel. The trampoline page is mapped at TRAMPOLINE in every table, so
// the code goes on running while satp changes under it.

#include "layout.h"

.macro each_register operation
  \operation ra,  1
  \operation sp,  2
  \operation gp,  3
  \operation tp,  4
  \operation t0,  5
  \operation t1,  6
  \operation t2,  7
  \operation s0,  8
  \operation s1,  9
  // a0 (x10) takes another way
  \operation a1,  11
  \operation a2,  12
  \operation a3,  13
  \operation a4,  14
  \operation a5,  15
  \operation a6,  16
  \operation a7,  17
  \operation s2,  18
  \operation s3,  19
  \operation s4,  20
  \operation s5,  21
  \operation s6,  22
  \operation s7,  23
  \operation s8,  24
  \operation s9,  25
  \operation s10, 26
  \operation s11, 27
  \operation t3,  28
  \operation t4,  29
  \operation t5,  30
  \operation t6,  31
.endm

.macro save register, n
  sd \register, TF_REGISTER(\n)(a0)
.endm

.macro load register, n
  ld \register, TF_REGISTER(\n)(a0)
.endm

.section .trampoline, "ax"

// stvec while user code runs; sscratch holds TRAPFRAME.
.balign 4
.globl user_vector
user_vector:
  csrrw a0, sscratch, a0
  each_register save
  csrrw t0, sscratch, a0
  sd   t0, TF_REGISTER(10)(a0)
  csrr t0, sepc
  sd   t0, TF_EPC(a0)
  ld   sp, TF_KERNEL_SP(a0)
  ld   t1, TF_HANDLER(a0)
  ld   t2, TF_KERNEL_SATP(a0)
  li   fp, 0
  csrw satp, t2
  // One fence, behind the write: it orders the stores to tables before it against the walks after
  // it, and drops what this hart remembers of the other table (both run under ASID 0).
  sfence.vma zero, zero
  jr   t1

// void user_return(uint64 satp): to user mode as the trapframe says; sepc and sstatus are set.
.balign 4
.globl user_return
user_return:
  csrw satp, a0
  sfence.vma zero, zero
  li   a0, TRAPFRAME
  each_register load
  ld   a0, TF_REGISTER(10)(a0)
  sret

// stvec while the kernel runs. The kernel runs with interrupts off, so whatever arrives here is a
// defect of the kernel's own, perhaps a full stack: on to a stack that is surely there.
.text
.balign 4
.globl kernel_vector
kernel_vector:
  la   sp, fault_stack_end
  j    kernel_fault

.section .noinit, "aw", @nobits
.balign 16
fault_stack:
  .skip 4096
fault_stack_end:
