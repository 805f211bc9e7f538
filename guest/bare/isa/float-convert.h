// Conversions between integers and either format.
#pragma once

#include "float.h"

#define TWO_AND_A_HALF (TWO+(1<<(FRACTION-2)))

// One value in every mode.
.macro INTEGER_ROUNDS op, a, rne, rtz, rdn, rup, rmm
  TO_INTEGER \op, rne, \rne, NX, \a
  TO_INTEGER \op, rtz, \rtz, NX, \a
  TO_INTEGER \op, rdn, \rdn, NX, \a
  TO_INTEGER \op, rup, \rup, NX, \a
  TO_INTEGER \op, rmm, \rmm, NX, \a
.endm

// What every conversion does with what does not fit.
.macro LIMITS op, least, greatest
  TO_INTEGER \op, rtz, \greatest, NV, NAN
  TO_INTEGER \op, rtz, \greatest, NV, MINUS(SNAN)
  TO_INTEGER \op, rtz, \greatest, NV, INF
  TO_INTEGER \op, rtz, \greatest, NV, MAX
  TO_INTEGER \op, rtz, \least, NV, MINUS(INF)
  TO_INTEGER \op, rtz, \least, NV, MINUS(MAX)
  TO_INTEGER \op, rtz, 0, 0, SIGN
  TO_INTEGER \op, rtz, 0, NX, TINY
  TO_INTEGER \op, rtz, 7, 0, SEVEN
  TO_INTEGER \op, rtz, 0, NX, MINUS(HALF)
.endm

.macro TO_INTEGERS
  INTEGER_ROUNDS fcvt.w, TWO_AND_A_HALF, 2, 2, 2, 3, 3
  INTEGER_ROUNDS fcvt.w, MINUS(TWO_AND_A_HALF), -2, -2, -3, -2, -3
  INTEGER_ROUNDS fcvt.wu, TWO_AND_A_HALF, 2, 2, 2, 3, 3
  INTEGER_ROUNDS fcvt.l, MINUS(TWO_AND_A_HALF), -2, -2, -3, -2, -3
  INTEGER_ROUNDS fcvt.lu, ONE+(1<<(FRACTION-1)), 2, 1, 1, 2, 2
  LIMITS fcvt.w, -0x80000000, 0x7fffffff
  LIMITS fcvt.wu, 0, -1                   // 32 bits come sign-extended, unsigned ones too
  LIMITS fcvt.l, 0x8000000000000000, 0x7fffffffffffffff
  LIMITS fcvt.lu, 0, -1
  TO_INTEGER fcvt.w, rtz, -0x80000000, 0, MINUS(POWER(31))
  TO_INTEGER fcvt.w, rtz, 0x7fffffff, NV, POWER(31)
  TO_INTEGER fcvt.wu, rtz, -0x80000000, 0, POWER(31)
  TO_INTEGER fcvt.wu, rtz, -1, NV, POWER(32)
  TO_INTEGER fcvt.wu, rdn, 0, NV, MINUS(HALF)
  TO_INTEGER fcvt.wu, rup, 0, NX, MINUS(HALF)
  TO_INTEGER fcvt.wu, rtz, 0, NV, MINUS(ONE)
  TO_INTEGER fcvt.l, rtz, 0x8000000000000000, 0, MINUS(POWER(63))
  TO_INTEGER fcvt.l, rtz, 0x7fffffffffffffff, NV, POWER(63)
  TO_INTEGER fcvt.l, rtz, 1<<40, 0, POWER(40)
  TO_INTEGER fcvt.lu, rtz, 0x8000000000000000, 0, POWER(63)
  TO_INTEGER fcvt.lu, rtz, -1, NV, POWER(64)
  TO_INTEGER fcvt.lu, rmm, 0, NV, MINUS(HALF)
  TO_INTEGER fcvt.lu, rne, 0, NX, MINUS(HALF)
  CASE                                    // by frm
  csrwi frm, 3
  OPERANDS TWO_AND_A_HALF
  fcvt.w.WIDTH a0, fa1
  IS a0, 3
  FLAGS_ARE NX
  csrwi frm, 0
.endm

.macro FROM_INTEGERS
  FROM_INTEGER w, MINUS(ONE), 0, -1
  FROM_INTEGER w, THREE, 0, 0x7700000003
  FROM_INTEGER w, MINUS(POWER(31)), 0, 0x80000000
  FROM_INTEGER wu, POWER(31), 0, 0x80000000
  FROM_INTEGER wu, FIVE, 0, 0xffffffff00000005
  FROM_INTEGER l, MINUS(ONE), 0, -1
  FROM_INTEGER l, 0, 0, 0
  FROM_INTEGER l, MINUS(POWER(63)), 0, 0x8000000000000000
  FROM_INTEGER l, POWER(63), NX, 0x7fffffffffffffff
  FROM_INTEGER lu, POWER(64), NX, -1
  FROM_INTEGER lu, POWER(63), 0, 0x8000000000000000
  FROM_INTEGER lu, SEVEN, 0, 7
  UNARY_ROUNDS fcvt.WIDTH\().l, a1, (1<<(FRACTION+1))+1, NX, POWER(FRACTION+1), \
    POWER(FRACTION+1), POWER(FRACTION+1), POWER(FRACTION+1)+1, POWER(FRACTION+1)+1
  UNARY_ROUNDS fcvt.WIDTH\().lu, a1, -1, NX, POWER(64), POWER(64)-1, POWER(64)-1, POWER(64), \
    POWER(64)
.endm
