// D: doubles, integers and singles.

#define FORMAT_D
#include "float-convert.h"

#define SINGLE(bits) ((bits)|0xffffffff00000000)

START_FLOAT
  TO_INTEGERS
  FROM_INTEGERS
  FROM_INTEGER wu, 0x41efffffffe00000, 0, 0xffffffff
  FROM_INTEGER w, 0x41dfffffffc00000, 0, 0x7fffffff

  UNARY fcvt.s.d, fa1, SINGLE(0x3f800000), 0, ONE
  UNARY_ROUNDS fcvt.s.d, fa1, 0x3fb999999999999a, NX, SINGLE(0x3dcccccd), SINGLE(0x3dcccccc), \
    SINGLE(0x3dcccccc), SINGLE(0x3dcccccd), SINGLE(0x3dcccccd)
  UNARY_ROUNDS fcvt.s.d, fa1, MAX, OF|NX, SINGLE(0x7f800000), SINGLE(0x7f7fffff), \
    SINGLE(0x7f7fffff), SINGLE(0x7f800000), SINGLE(0x7f800000)
  UNARY_ROUNDS fcvt.s.d, fa1, POWER(-150), UF|NX, SINGLE(0), SINGLE(0), SINGLE(0), SINGLE(1), \
    SINGLE(1)
  UNARY_IN rne, fcvt.s.d, fa1, SINGLE(1), 0, POWER(-149)
  // Rounds to the smallest normal single, at full length, too: not tiny.
  UNARY_IN rne, fcvt.s.d, fa1, SINGLE(0x00800000), NX, POWER(-126)-1
  UNARY_IN rtz, fcvt.s.d, fa1, SINGLE(0x007fffff), UF|NX, POWER(-126)-1
  UNARY_IN rne, fcvt.s.d, fa1, SINGLE(0x7fc00000), 0, NAN+7
  UNARY_IN rne, fcvt.s.d, fa1, SINGLE(0x7fc00000), NV, MINUS(SNAN)
  UNARY_IN rne, fcvt.s.d, fa1, SINGLE(0xff800000), 0, MINUS(INF)
  UNARY_IN rne, fcvt.s.d, fa1, SINGLE(0x80000000), 0, SIGN

  UNARY fcvt.d.s, fa1, ONE, 0, SINGLE(0x3f800000)
  UNARY fcvt.d.s, fa1, POWER(-149), 0, SINGLE(1)
  UNARY fcvt.d.s, fa1, 0x47efffffe0000000, 0, SINGLE(0x7f7fffff)
  UNARY fcvt.d.s, fa1, MINUS(INF), 0, SINGLE(0xff800000)
  UNARY fcvt.d.s, fa1, SIGN, 0, SINGLE(0x80000000)
  UNARY fcvt.d.s, fa1, NAN, 0, SINGLE(0xffc00001)
  UNARY fcvt.d.s, fa1, NAN, NV, SINGLE(0x7f800001)
  UNARY fcvt.d.s, fa1, NAN, 0, 0x3f800000 // not boxed
  FINISH
