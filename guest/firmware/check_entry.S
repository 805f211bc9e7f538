// Entry of the check: S-mode, paging off, a0 = hart id, a1 = device tree.

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
  call check
3:
  j    3b

.globl other_entry
other_entry:
  mv   sp, a1
  call other
4:
  j    4b

.section .bss
.balign 16
  .skip 4096
stack_end:
