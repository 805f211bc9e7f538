# Every transfer instruction once by registers that a hypervisor has at hand in any trap and once by
# registers that C preserves; an immediate that is not zero shows whether its bits are put together
# rightly. Each piece of code gets its base in a1 and its value in a0, leaves what it loaded in a0, and
# ends in a breakpoint, if it comes so far.

.option arch, +d, +zicboz
.option norvc

# A row of `forms` (transfers.c has the structure).
.macro row name, offset, store
  .pushsection .rodata.names, "aS", @progbits
8:
  .asciz "\name"
  .popsection
  .pushsection .rodata.forms, "a", @progbits
  .dword 8b, 6b, 7b, \offset
  .word \store, 0
  .popsection
.endm

.macro load name, offset
6:
  \name a0, \offset(a1)
  ebreak
7:
  mv s1, a1
  \name s0, \offset(s1)
  mv a0, s0
  ebreak
  row \name, \offset, 0
.endm

.macro store name, offset
6:
  \name a0, \offset(a1)
  ebreak
7:
  mv s1, a1
  mv s0, a0
  \name s0, \offset(s1)
  ebreak
  row \name, \offset, 1
.endm

# a0 shows all 64 bits of the register: a single is boxed.
.macro float_load name, offset, second
6:
  \name fa0, \offset(a1)
  fmv.x.d a0, fa0
  ebreak
7:
  mv s1, a1
  \name \second, \offset(s1)
  fmv.x.d a0, \second
  ebreak
  row \name, \offset, 0
.endm

.macro float_store name, offset, second
6:
  fmv.d.x fa0, a0
  \name fa0, \offset(a1)
  ebreak
7:
  mv s1, a1
  fmv.d.x \second, a0
  \name \second, \offset(s1)
  ebreak
  row \name, \offset, 1
.endm

.macro stack_load name, offset
6:
  mv sp, a1
  \name a0, \offset(sp)
  ebreak
7:
  mv sp, a1
  \name s11, \offset(sp)
  mv a0, s11
  ebreak
  row \name, \offset, 0
.endm

.macro stack_store name, offset
6:
  mv sp, a1
  \name a0, \offset(sp)
  ebreak
7:
  mv sp, a1
  mv s11, a0
  \name s11, \offset(sp)
  ebreak
  row \name, \offset, 1
.endm

.macro float_stack_load name, offset
6:
  mv sp, a1
  \name fa0, \offset(sp)
  fmv.x.d a0, fa0
  ebreak
7:
  mv sp, a1
  \name ft11, \offset(sp)
  fmv.x.d a0, ft11
  ebreak
  row \name, \offset, 0
.endm

.macro float_stack_store name, offset
6:
  mv sp, a1
  fmv.d.x fa0, a0
  \name fa0, \offset(sp)
  ebreak
7:
  mv sp, a1
  fmv.d.x ft11, a0
  \name ft11, \offset(sp)
  ebreak
  row \name, \offset, 1
.endm

.macro atomic name
6:
  \name a0, a0, (a1)
  ebreak
7:
  mv s1, a1
  mv s0, a0
  \name s0, s0, (s1)
  mv a0, s0
  ebreak
  row \name, 0, 1
.endm

.macro reserve name
6:
  \name a0, (a1)
  ebreak
7:
  mv s1, a1
  \name s0, (s1)
  mv a0, s0
  ebreak
  row \name, 0, 0
.endm

.macro block name
6:
  \name (a1)
  ebreak
7:
  mv s1, a1
  \name (s1)
  ebreak
  row \name, 0, 1
.endm

.section .rodata.forms, "a", @progbits
.balign 8
.globl forms
forms:

.text
.balign 4
  load lb, -1
  load lbu, 2047
  load lh, -2048
  load lhu, 1
  load lw, -4
  load lwu, 1365
  load ld, -1366
  float_load flw, 682, ft11
  float_load fld, -683, ft0
  store sb, -1
  store sh, 1365
  store sw, -1366
  store sd, 2047
  float_store fsw, -2048, ft11
  float_store fsd, 682, ft0
  reserve lr.w
  reserve lr.d
  atomic sc.w
  atomic sc.d
  atomic amoswap.w
  atomic amoadd.w
  atomic amoadd.d
  atomic amomaxu.d
  block cbo.zero
  .option rvc
  load c.lw, 84
  load c.ld, 168
  float_load c.fld, 80, fs0
  store c.sw, 40
  store c.sd, 80
  float_store c.fsd, 168, fs0
  stack_load c.lwsp, 84
  stack_load c.ldsp, 168
  stack_store c.swsp, 168
  stack_store c.sdsp, 336
  float_stack_load c.fldsp, 336
  float_stack_store c.fsdsp, 168

.section .rodata.forms, "a", @progbits
.globl forms_end
forms_end:
