# Where the firmware enters, and where exits from the guest come in and go out. sscratch holds the
# vcpu while the guest runs and 0 while Memvisor does. An exit saves the registers that C may
# change, and x2; only if exit_handle asks for it (COMPLETE) the others too, which are untouched
# until then. Memvisor runs with interrupts off and with satp Bare, and uses neither gp nor tp.

#define X(n)  (8 * (n))
#define STACK (8 * 32)
#define STACK_BYTES 16384

.section .text.entry
.globl _start
_start:
  csrw sie, zero
  csrci sstatus, 2
  csrw satp, zero
  csrw sscratch, zero
  la t0, exit_entry
  csrw stvec, t0
  la t0, bss_start
  la t1, bss_end
1:
  bgeu t0, t1, 2f
  sd zero, 0(t0)
  addi t0, t0, 8
  j 1b
2:
  la sp, stack_top
  li fp, 0
  call main

.text
.balign 4
exit_entry:
  csrrw sp, sscratch, sp
  beqz sp, own_trap
  sd ra, X(1)(sp)
  sd t0, X(5)(sp)
  sd t1, X(6)(sp)
  sd t2, X(7)(sp)
  sd a0, X(10)(sp)
  sd a1, X(11)(sp)
  sd a2, X(12)(sp)
  sd a3, X(13)(sp)
  sd a4, X(14)(sp)
  sd a5, X(15)(sp)
  sd a6, X(16)(sp)
  sd a7, X(17)(sp)
  sd t3, X(28)(sp)
  sd t4, X(29)(sp)
  sd t5, X(30)(sp)
  sd t6, X(31)(sp)
  csrrw t0, sscratch, zero
  sd t0, X(2)(sp)
  mv a0, sp
  ld sp, STACK(a0)
  addi sp, sp, -16
  sd a0, 0(sp)
  csrr a1, scause
  csrr a2, stval
  call exit_handle
  bnez a0, exit_complete
  ld a0, 0(sp)
resume:
  csrw sscratch, a0
  ld ra, X(1)(a0)
  ld sp, X(2)(a0)
  ld t0, X(5)(a0)
  ld t1, X(6)(a0)
  ld t2, X(7)(a0)
  ld a1, X(11)(a0)
  ld a2, X(12)(a0)
  ld a3, X(13)(a0)
  ld a4, X(14)(a0)
  ld a5, X(15)(a0)
  ld a6, X(16)(a0)
  ld a7, X(17)(a0)
  ld t3, X(28)(a0)
  ld t4, X(29)(a0)
  ld t5, X(30)(a0)
  ld t6, X(31)(a0)
  ld a0, X(10)(a0)
  sret

exit_complete:
  ld a0, 0(sp)
  sd gp, X(3)(a0)
  sd tp, X(4)(a0)
  sd s0, X(8)(a0)
  sd s1, X(9)(a0)
  sd s2, X(18)(a0)
  sd s3, X(19)(a0)
  sd s4, X(20)(a0)
  sd s5, X(21)(a0)
  sd s6, X(22)(a0)
  sd s7, X(23)(a0)
  sd s8, X(24)(a0)
  sd s9, X(25)(a0)
  sd s10, X(26)(a0)
  sd s11, X(27)(a0)
  csrr a1, scause
  csrr a2, stval
  call exit_handle_complete
  ld a0, 0(sp)
enter:
  ld gp, X(3)(a0)
  ld tp, X(4)(a0)
  ld s0, X(8)(a0)
  ld s1, X(9)(a0)
  ld s2, X(18)(a0)
  ld s3, X(19)(a0)
  ld s4, X(20)(a0)
  ld s5, X(21)(a0)
  ld s6, X(22)(a0)
  ld s7, X(23)(a0)
  ld s8, X(24)(a0)
  ld s9, X(25)(a0)
  ld s10, X(26)(a0)
  ld s11, X(27)(a0)
  j resume

# void guest_enter(struct vcpu *): the first entry; sepc, hstatus and sstatus are set.
.globl guest_enter
guest_enter:
  j enter

# A trap of Memvisor itself: on the stack as it was, with the place of the trap as the first return
# address.
own_trap:
  csrrw sp, sscratch, sp
  csrr ra, sepc
  csrr a0, scause
  csrr a1, sepc
  csrr a2, stval
  tail exit_of_our_own

.bss
.balign 16
stack:
  .skip STACK_BYTES
.globl stack_top
stack_top:
