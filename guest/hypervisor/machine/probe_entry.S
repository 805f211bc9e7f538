# The two instructions that tell what the machine can do, each with stvec set to the place after it.
# Requires: interrupts off; stvec is put back.

.option arch, +h
.text

# uint64 probe_hstatus(void): scause if reading hstatus traps, ~0 if not.
.globl probe_hstatus
probe_hstatus:
  la t0, 1f
  csrrw t1, stvec, t0
  li a0, -1
  csrr t2, hstatus
  j 2f
.balign 4
1:
  csrr a0, scause
2:
  csrw stvec, t1
  ret

# uint64 probe_satp(void): enters VS-mode (hstatus and sstatus are set for it) at a read of satp
# that is followed by an ecall; returns scause of what came first.
.globl probe_satp
probe_satp:
  la t0, 2f
  csrrw t1, stvec, t0
  la t0, 1f
  csrw sepc, t0
  sret
1:
  csrr t2, satp
  ecall
.balign 4
2:
  csrr a0, scause
  csrw stvec, t1
  ret
