# The guest's f registers, which stay in the hart: Memvisor's own code uses none. Each entry of a table
# is two instructions of 4 bytes. Requires: the guest has just tried to use the register in an access
# of that width, so that the hart has it and sstatus.FS is not Off.

.option arch, +d
.option norvc

.text
.balign 4

.macro entries instruction, swapped
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .if \swapped
      \instruction a0, f\n
    .else
      \instruction f\n, a0
    .endif
    ret
  .endr
.endm

.macro accessor name, instruction, swapped, index
.globl \name
\name:
  slli t0, \index, 3
  la t1, 1f
  add t0, t0, t1
  jr t0
1:
  entries \instruction, \swapped
.endm

# uint64 float_read_4(uint n), float_read_8(uint n)
accessor float_read_4, fmv.x.w, 1, a0
accessor float_read_8, fmv.x.d, 1, a0
# void float_write_4(uint64 bits, uint n), which boxes it as the hart does; float_write_8(…)
accessor float_write_4, fmv.w.x, 0, a1
accessor float_write_8, fmv.d.x, 0, a1
