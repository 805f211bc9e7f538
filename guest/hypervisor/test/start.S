# Entry of the test payloads, and `attempt`, which runs one instruction where it may trap.

.section .text.entry
.globl _start
_start:
  csrw sie, zero
  csrci sstatus, 2
  csrw satp, zero
  la sp, stack_top
  li fp, 0
  la t0, bss_start
  la t1, bss_end
1:
  bgeu t0, t1, 2f
  sd zero, 0(t0)
  addi t0, t0, 8
  j 1b
2:
  call main
  li a0, 0
  tail finish

# void attempt(struct outcome *out, uint64 pc, uint64 a0, uint64 a1): goes to pc in the privilege of
# sstatus.SPP, and comes back by whatever trap that ends in. out: cause, tval, epc, a0 at the trap.
.text
.globl attempt
attempt:
  addi sp, sp, -128
  sd ra, 0(sp)
  sd s0, 8(sp)
  sd s1, 16(sp)
  sd s2, 24(sp)
  sd s3, 32(sp)
  sd s4, 40(sp)
  sd s5, 48(sp)
  sd s6, 56(sp)
  sd s7, 64(sp)
  sd s8, 72(sp)
  sd s9, 80(sp)
  sd s10, 88(sp)
  sd s11, 96(sp)
  sd gp, 104(sp)
  sd tp, 112(sp)
  sd a0, 120(sp)
  csrw sscratch, sp
  la t0, 1f
  csrw stvec, t0
  csrw sepc, a1
  mv a0, a2
  mv a1, a3
  sret
.balign 4
1:
  csrrw sp, sscratch, zero
  ld t0, 120(sp)
  csrr t1, scause
  sd t1, 0(t0)
  csrr t1, stval
  sd t1, 8(t0)
  csrr t1, sepc
  sd t1, 16(t0)
  sd a0, 24(t0)
  ld ra, 0(sp)
  ld s0, 8(sp)
  ld s1, 16(sp)
  ld s2, 24(sp)
  ld s3, 32(sp)
  ld s4, 40(sp)
  ld s5, 48(sp)
  ld s6, 56(sp)
  ld s7, 64(sp)
  ld s8, 72(sp)
  ld s9, 80(sp)
  ld s10, 88(sp)
  ld s11, 96(sp)
  ld gp, 104(sp)
  ld tp, 112(sp)
  addi sp, sp, 128
  ret

# What attempt goes to: one access, then a breakpoint. Mapped for U-mode at another address, too.
.balign 4096
.globl stubs
stubs:
  .option push
  .option norvc
  ld a0, 0(a1)
  ebreak
  sd a0, 0(a1)
  ebreak
  amoadd.d a0, a0, (a1)
  ebreak
  .option pop
.balign 4096

.bss
.balign 16
  .skip 16384
stack_top:
