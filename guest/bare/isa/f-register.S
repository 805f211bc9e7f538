// F and D: registers, boxes, moves, loads and stores; all 32 registers are there.

#define FORMAT_D
#include "float.h"

#define CANONICAL 0x7fc00000
#define BOX 0xffffffff00000000

.macro HOLDS reg, value
  fmv.x.d a0, \reg
  IS a0, \value
.endm

START_FLOAT
  la s0, data

  CASE                    // a single comes in boxed, and goes out sign-extended
  li a1, 0x12345678deadbeef
  fmv.w.x fa1, a1
  HOLDS fa1, BOX|0xdeadbeef
  fmv.x.w a0, fa1
  IS a0, 0xffffffffdeadbeef

  CASE                    // a move takes the low bits, box or none
  fmv.d.x fa1, a1
  HOLDS fa1, 0x12345678deadbeef
  fmv.x.w a0, fa1
  IS a0, 0xffffffffdeadbeef

  CASE                    // what has no box is a NaN, quiet and canonical
  li a2, BOX|0x3f800000
  fmv.d.x fa2, a2
  csrw fflags, x0
  fadd.s fa0, fa1, fa2
  HOLDS fa0, BOX|CANONICAL
  fsgnj.s fa0, fa1, fa1
  HOLDS fa0, BOX|CANONICAL
  fsgnjn.s fa0, fa2, fa1
  HOLDS fa0, BOX|0xbf800000
  fmin.s fa0, fa1, fa2
  HOLDS fa0, BOX|0x3f800000
  fsqrt.s fa0, fa1
  HOLDS fa0, BOX|CANONICAL
  fmadd.s fa0, fa2, fa2, fa1
  HOLDS fa0, BOX|CANONICAL
  fclass.s a0, fa1
  IS a0, 0x200
  feq.s a0, fa1, fa1
  IS a0, 0
  FLAGS_ARE 0
  fcvt.w.s a0, fa1
  IS a0, 0x7fffffff
  FLAGS_ARE NV

  CASE                    // one bit of the box missing is no box
  li a2, 0xfffffffe3f800000
  fmv.d.x fa2, a2
  fclass.s a0, fa2
  IS a0, 0x200

  CASE                    // loads
  fld fa0, 8(s0)
  HOLDS fa0, 0x8877665544332211
  flw fa0, 8(s0)
  HOLDS fa0, BOX|0x44332211
  flw fa0, 12(s0)
  HOLDS fa0, BOX|0x88776655
  addi a0, s0, 16
  fld fa0, -8(a0)
  HOLDS fa0, 0x8877665544332211
  fld fa0, 9(s0)          // misaligned
  HOLDS fa0, 0x9988776655443322
  flw fa0, 13(s0)
  HOLDS fa0, BOX|0x99887766

  CASE                    // stores; a signalling NaN stays what it is
  li a1, 0x7ff0000000000001
  fmv.d.x ft0, a1
  fsd ft0, 32(s0)
  ld a0, 32(s0)
  IS a0, 0x7ff0000000000001
  ld a0, 24(s0)
  IS a0, 0
  ld a0, 40(s0)
  IS a0, 0
  li a1, 0x123456787f800001
  fmv.d.x fs0, a1
  fsw fs0, 40(s0)
  ld a0, 40(s0)
  IS a0, 0x7f800001
  addi a0, s0, 100
  fsw fs0, -53(a0)        // misaligned
  ld a0, 47(s0)
  IS a0, 0x7f800001

  CASE                    // a negative offset
  mv a0, s0
  addi a0, a0, 2047
  fld fa0, -2039(a0)
  HOLDS fa0, 0x8877665544332211

  CASE                    // 32 registers, f0 like any other
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    li a1, 0x100+\n
    fmv.d.x f\n, a1
  .endr
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    HOLDS f\n, 0x100+\n
  .endr

  CASE                    // sources and destination in one register
  li a1, ONE
  fmv.d.x f0, a1
  fadd.d f0, f0, f0
  HOLDS f0, TWO
  fmadd.d f0, f0, f0, f0
  HOLDS f0, FIVE+(1<<(FRACTION-2))
  fld f0, 8(s0)
  HOLDS f0, 0x8877665544332211
  fsd f0, 48(s0)
  ld a0, 48(s0)
  IS a0, 0x8877665544332211

  CASE                    // x0 as destination stays 0
  li a1, ONE
  fmv.d.x fa1, a1
  fmv.x.d x0, fa1
  IS x0, 0
  fcvt.l.d x0, fa1
  IS x0, 0
  feq.d x0, fa1, fa1
  IS x0, 0
  fclass.d x0, fa1
  IS x0, 0

  FINISH

.data
.balign 16
data:
  .dword 0, 0x8877665544332211, 0x99, 0
  .dword 0, 0, 0, 0
