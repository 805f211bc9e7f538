// The first instructions of the kernel. Entered by the SBI firmware in S-mode, paging off,
// a0 = hart id, a1 = physical address of the device tree.

.section .text.entry
.globl entry
entry:
  csrw sie, zero
  csrw satp, zero
  la   sp, boot_stack_end
  li   fp, 0
  la   t0, bss_start
  la   t1, bss_end
1:
  bgeu t0, t1, 2f
  sd   zero, 0(t0)
  sd   zero, 8(t0)
  addi t0, t0, 16
  j    1b
2:
  call main
3:
  wfi
  j    3b

.section .noinit, "aw", @nobits
.balign 16
.globl boot_stack
boot_stack:
  .skip 8192
.globl boot_stack_end
boot_stack_end:
