// Reset and the trap vector. From the reset ROM: a0 = hart id, a1 = device tree, a2 =
// fw_dynamic_info.

#include "limits.h"

.section .text.entry, "ax"
.globl entry
entry:
  csrw mie, zero
  bnez a0, harts_park
  la   sp, stack_end
  la   t0, bss_start
  la   t1, bss_end
1:
  bgeu t0, t1, 2f
  sd   zero, 0(t0)
  addi t0, t0, 8
  j    1b
2:
  la   t0, vector
  csrw mtvec, t0
  csrw mscratch, sp
  li   fp, 0
  call firmware_main

// A hart that is down, with its stack empty: those of higher numbers lie below. One too many waits for ever.
.globl harts_park
harts_park:
  csrr a0, mhartid
  li   t0, MOST_HARTS
  bgeu a0, t0, 1f
  li   t0, STACK_BYTES
  mul  t0, t0, a0
  la   sp, stack_end
  sub  sp, sp, t0
  la   t0, vector
  csrw mtvec, t0
  li   fp, 0
  call harts_wait
1:
  wfi
  j    1b

// All but x2, which is the stack pointer.
.macro each_register operation
  \operation x1, 0(sp)
  .irp n, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
  \operation x\n, 8 * (\n - 1)(sp)
  .endr
  .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  \operation x\n, 8 * (\n - 1)(sp)
  .endr
.endm

// mscratch holds the firmware's stack pointer while S-mode runs, and 0 in the firmware itself,
// where a trap (a probe) goes on using the stack it finds.
.balign 4
vector:
  csrrw sp, mscratch, sp
  bnez sp, 1f
  csrr sp, mscratch
  addi sp, sp, -256
  each_register sd
  addi t0, sp, 256
  sd   t0, 8(sp)
  csrw mscratch, zero
  mv   a0, sp
  li   fp, 0
  call trap
  each_register ld
  ld   sp, 8(sp)
  mret
1:
  addi sp, sp, -256
  each_register sd
  csrrw t0, mscratch, zero
  sd   t0, 8(sp)
  mv   a0, sp
  li   fp, 0
  call trap
  addi t0, sp, 256
  csrw mscratch, t0
  each_register ld
  ld   sp, 8(sp)
  mret

// Needs no clearing.
.section .stacks, "aw", @nobits
.balign 16
  .skip STACK_BYTES * MOST_HARTS
stack_end:
