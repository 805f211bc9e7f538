// C: every instruction of RV64C without floating point, written out as what it must do.

#include "test.h"

// The instruction must be two bytes long and leave `want` in `reg`, which held `value`.
.macro C reg, want, value, insn:vararg
  CASE
  li \reg, \value
1:
  \insn
2:
  .if 2b - 1b != 2
    .error "not a compressed instruction"
  .endif
  IS \reg, \want
.endm

START

  C a0, 31, 0, c.li a0, 31
  C a0, -32, 0, c.li a0, -32
  C s1, 0xfffffffffffe0000, 0, c.lui s1, 0xfffe0
  C s1, 0x1f000, 0, c.lui s1, 0x1f
  C a0, 6, 1, c.addi a0, 5
  C t2, -32, 0, c.addi t2, -32
  C t2, 0x8000000000000000, 0x7fffffffffffffff, c.addi t2, 1
  C a0, 0xffffffff80000000, 0x7fffffff, c.addiw a0, 1
  C a0, 0xffffffff80000000, 0xff80000000, c.addiw a0, 0
  C a5, 0x8000000000000000, 1, c.slli a5, 63
  C a5, 2, 1, c.slli a5, 1
  C a5, 1, 0x8000000000000000, c.srli a5, 63
  C a5, -1, 0x8000000000000000, c.srai a5, 63
  C a5, 0xc000000000000000, 0x8000000000000000, c.srai a5, 1
  C s0, 0xfffffffffffffff0, 0xffffffffffffffff, c.andi s0, -16
  C s0, 0x0f, 0xff, c.andi s0, 15

  li a1, 0xff00ff00ff00ff00
  C a0, 0xff00ff00ff00ff00, 0, c.mv a0, a1
  C a0, 0xff00ff00ff00ff01, 1, c.add a0, a1
  C a0, 0x00ff00ff00ff0101, 1, c.sub a0, a1
  C a0, 0xf0f0f0f0f0f0f0f0, 0x0ff00ff00ff00ff0, c.xor a0, a1
  C a0, 0xfff0fff0fff0fff0, 0x0ff00ff00ff00ff0, c.or a0, a1
  C a0, 0x0f000f000f000f00, 0x0ff00ff00ff00ff0, c.and a0, a1
  C a0, 0xffffffffff00ff01, 1, c.addw a0, a1
  C a0, 0x0000000000ff0101, 1, c.subw a0, a1

  // Loads and stores, the largest offsets among them.
  la a1, data
  C a0, 0xffffffff84838281, 0, c.lw a0, 0(a1)
  C a0, 0x14131211, 0, c.lw a0, 124(a1)
  C a0, 0x8887868584838281, 0, c.ld a0, 0(a1)
  C a0, 0x3433323124232221, 0, c.ld a0, 248(a1)
  mv a5, sp
  la sp, data
  C a0, 0xffffffff84838281, 0, c.lwsp a0, 0(sp)
  C t3, 0x34333231, 0, c.lwsp t3, 252(sp)
  C a0, 0x8887868584838281, 0, c.ldsp a0, 0(sp)
  C t3, 0x4847464544434241, 0, c.ldsp t3, 504(sp)
  la a1, scratch
  la sp, scratch
  li a2, 0x8172635445362718
  CASE
  c.sw a2, 124(a1)
  lwu a0, 124(a1)
  IS a0, 0x45362718
  CASE
  c.sd a2, 248(a1)
  ld a0, 248(a1)
  IS a0, 0x8172635445362718
  CASE
  c.swsp a2, 252(sp)
  lwu a0, 252(sp)
  IS a0, 0x45362718
  CASE
  c.sdsp a2, 504(sp)
  ld a0, 504(sp)
  IS a0, 0x8172635445362718
  mv sp, a5

  CASE
  li sp, 0x1000
  c.addi16sp sp, -512
  IS sp, 0xe00
  c.addi16sp sp, 496
  IS sp, 0xff0
  c.addi4spn a0, sp, 1020
  IS a0, 0x13ec
  c.addi4spn a0, sp, 4
  IS a0, 0xff4
  mv sp, a5

  // Jumps and branches.
  CASE
  c.j 2f
1:
  c.j 3f
2:
  c.j 1b
  j fail
3:
  CASE
  la a1, 1f
  c.jr a1
  j fail
1:
  CASE
  la a1, 2f
  c.jalr a1
1:
  j fail
2:
  la a0, 1b
  bne ra, a0, fail
  CASE                    // the link goes where the target came from
  la ra, 2f
  c.jalr ra
1:
  j fail
2:
  la a0, 1b
  bne ra, a0, fail
  CASE
  li a0, 0
  c.beqz a0, 2f
1:
  j fail
2:
  c.bnez a0, 1b
  li a0, 0x100000000
  c.beqz a0, 1b
  c.bnez a0, 3f
  j fail
3:
  CASE
  c.nop
  .hword 0x0005           // c.nop with a hint
  .hword 0x4001           // c.li x0, 0: a hint

  TRAPS_ONLY 3, c.ebreak
  TRAPS 2, 0, .hword 0    // all zeros are never an instruction
  TRAPS 2, 0x2001, .hword 0x2001 // c.addiw x0: reserved
  TRAPS 2, 0x8002, .hword 0x8002 // c.jr x0: reserved
  TRAPS 2, 0x6101, .hword 0x6101 // c.addi16sp 0: reserved
  TRAPS 2, 0x4002, .hword 0x4002 // c.lwsp x0: reserved
  TRAPS 2, 0x6002, .hword 0x6002 // c.ldsp x0: reserved
  TRAPS 2, 0x9c41, .hword 0x9c41 // reserved (c.mul elsewhere)

  // An instruction of four bytes on an address that is only a multiple of two.
  CASE
  .balign 4
  c.nop
  .option push
  .option norvc
  lui a0, 0x12345
  addi a0, a0, 0x678
  .option pop
  IS a0, 0x12345678

  FINISH

.data
.balign 16
data:
  .byte 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88
  .space 116
  .byte 0x11, 0x12, 0x13, 0x14
  .space 120
  .byte 0x21, 0x22, 0x23, 0x24, 0x31, 0x32, 0x33, 0x34
  .space 248
  .byte 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48
scratch:
  .space 512
