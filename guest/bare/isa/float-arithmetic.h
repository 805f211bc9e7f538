// Sum, difference, product, quotient, root and fused sums in either format: values that follow from
// the definition of the format, in each rounding mode where it matters.
#pragma once

#include "float.h"

.macro SUMS
  FRR fadd, THREE, 0, ONE, TWO
  FRR fadd, ONE, 0, THREE, MINUS(TWO)
  FRR fsub, MINUS(ONE), 0, TWO, THREE
  FRR fsub, FIVE, 0, TWO, MINUS(THREE)
  FRR fadd, LEAST, 0, LEAST-1, TINY
  FRR fsub, LEAST-1, 0, LEAST, TINY
  ROUNDS fadd, ONE, HALF_STEP, NX, ONE, ONE, ONE, ONE+1, ONE+1
  ROUNDS fadd, ONE+1, HALF_STEP, NX, ONE+2, ONE+1, ONE+1, ONE+2, ONE+2
  ROUNDS fadd, MINUS(ONE), MINUS(HALF_STEP), NX, MINUS(ONE), MINUS(ONE), MINUS(ONE+1), MINUS(ONE), MINUS(ONE+1)
  ROUNDS fadd, ONE, TINY, NX, ONE, ONE, ONE, ONE+1, ONE
  ROUNDS fsub, ONE, TINY, NX, ONE, ONE-1, ONE-1, ONE, ONE
  ROUNDS fadd, MAX, MAX, OF|NX, INF, MAX, MAX, INF, INF
  ROUNDS fsub, MINUS(MAX), MAX, OF|NX, MINUS(INF), MINUS(MAX), MINUS(INF), MINUS(MAX), MINUS(INF)
  ROUNDS fsub, ONE, ONE, 0, 0, 0, SIGN, 0, 0
  ROUNDS fadd, 0, SIGN, 0, 0, 0, SIGN, 0, 0
  ROUNDS fadd, SIGN, SIGN, 0, SIGN, SIGN, SIGN, SIGN, SIGN
  FRR fadd, INF, 0, INF, MAX
  FRR fadd, NAN, NV, INF, MINUS(INF)
  FRR fsub, NAN, NV, INF, INF
  FRR fsub, INF, 0, INF, MINUS(INF)
  FRR fadd, NAN, 0, MINUS(NAN+5), ONE     // every NaN that comes out is the canonical one
  FRR fsub, NAN, 0, ONE, MINUS(NAN+5)
  FRR fadd, NAN, NV, SNAN, ONE
  FRR fsub, NAN, NV, NAN, SNAN
.endm

.macro PRODUCTS
  FRR fmul, MINUS(POWER(3)), 0, TWO, MINUS(POWER(2))
  FRR fmul, SIGN, 0, SIGN, INF-1
  FRR fmul, NAN, NV, INF, 0
  FRR fmul, NAN, NV, SIGN, INF
  FRR fmul, MINUS(INF), 0, MINUS(INF), TINY
  FRR fmul, NAN, 0, NAN+1, INF
  FRR fmul, NAN, NV, INF, SNAN
  ROUNDS fmul, MAX, TWO, OF|NX, INF, MAX, MAX, INF, INF
  ROUNDS fmul, TINY, HALF, UF|NX, 0, 0, 0, TINY, TINY
  ROUNDS fmul, MINUS(TINY), HALF, UF|NX, SIGN, SIGN, MINUS(TINY), SIGN, MINUS(TINY)
  FRR fmul, LEAST>>1, 0, LEAST, HALF      // subnormal but exact: no underflow
  // Halfway between two subnormal numbers: tiny, though it may round to a normal one.
  ROUNDS fmul, LEAST, ONE-1, UF|NX, LEAST, LEAST-1, LEAST-1, LEAST, LEAST
  // So close to the smallest normal number that rounding at full length reaches it: then it is not tiny.
  FRR_IN rne, 0, fmul, LEAST, NX, LEAST+1, ONE-2
  FRR_IN rtz, 1, fmul, LEAST-1, UF|NX, LEAST+1, ONE-2
  FRR_IN rdn, 2, fmul, LEAST-1, UF|NX, LEAST+1, ONE-2
  FRR_IN rup, 3, fmul, LEAST, NX, LEAST+1, ONE-2
  FRR_IN rmm, 4, fmul, LEAST, NX, LEAST+1, ONE-2
.endm

.macro QUOTIENTS
  FRR fdiv, TWO, 0, MINUS(POWER(2)), MINUS(TWO)
  FRR fdiv, INF, DZ, ONE, 0
  FRR fdiv, MINUS(INF), DZ, ONE, SIGN
  FRR fdiv, NAN, NV, 0, SIGN
  FRR fdiv, NAN, NV, INF, MINUS(INF)
  FRR fdiv, INF, 0, INF, 0
  FRR fdiv, SIGN, 0, MINUS(MAX), INF
  FRR fdiv, SIGN, 0, SIGN, THREE
  FRR fdiv, NAN, 0, NAN, 0
  FRR fdiv, NAN, NV, SNAN, 0
  ROUNDS fdiv, MAX, HALF, OF|NX, INF, MAX, MAX, INF, INF
  ROUNDS fdiv, TINY, TWO, UF|NX, 0, 0, 0, TINY, TINY
  FRR fdiv, LEAST>>1, 0, LEAST, TWO
  FR fsqrt, TWO, 0, POWER(2)
  FR fsqrt, THREE, 0, POWER(3)+(1<<(FRACTION-3))
  FR fsqrt, SIGN, 0, SIGN
  FR fsqrt, INF, 0, INF
  FR fsqrt, NAN, NV, MINUS(ONE)
  FR fsqrt, NAN, NV, MINUS(INF)
  FR fsqrt, NAN, 0, NAN+9
  FR fsqrt, NAN, NV, SNAN
.endm

.macro FUSED
  FRRR fmadd, SEVEN, 0, TWO, THREE, ONE
  FRRR fmsub, FIVE, 0, TWO, THREE, ONE
  FRRR fnmsub, MINUS(FIVE), 0, TWO, THREE, ONE
  FRRR fnmadd, MINUS(SEVEN), 0, TWO, THREE, ONE
  // (1 + e)(1 + e) - (1 + 2e) is e * e, which would be lost if the product were rounded.
  FRRR fmsub, POWER(-2*FRACTION), 0, ONE+1, ONE+1, ONE+2
  FRRR fnmsub, MINUS(POWER(-2*FRACTION)), 0, ONE+1, ONE+1, ONE+2
  FRRR fmadd, ONE, NX, ONE, ONE, HALF_STEP
  FRRR fnmadd, MINUS(ONE), NX, ONE, ONE, HALF_STEP
  FRRR fmadd, ONE+1, NX, ONE, ONE, HALF_STEP+1
  FRRR fmsub, MAX, NX, MAX, ONE, TINY
  FRRR fmsub, MAX, 0, MAX, TWO, MAX       // the product alone would overflow
  FRRR fmadd, INF, OF|NX, MAX, TWO, MAX
  FRRR fmadd, 0, 0, ONE, 0, SIGN
  FRRR fmsub, 0, 0, ONE, 0, 0
  FRRR fnmadd, SIGN, 0, ONE, 0, 0
  FRRR fnmsub, 0, 0, ONE, 0, 0
  FRRR fmadd, 0, UF|NX, TINY, TINY, 0
  FRRR fmadd, NAN, NV, INF, 0, ONE
  FRRR fmadd, NAN, NV, 0, INF, NAN        // even if a quiet NaN is added
  FRRR fmadd, NAN, 0, ONE, INF, NAN
  FRRR fmadd, NAN, NV, ONE, ONE, SNAN
  FRRR fmsub, NAN, NV, INF, ONE, INF
  FRRR fnmadd, MINUS(INF), 0, INF, ONE, INF
  FRRR fnmsub, INF, 0, MAX, MAX, INF
  CASE                                    // each instruction's own mode
  li a3, HALF_STEP
  MOVE_IN fa3, a3
  OPERANDS ONE, ONE
  fmadd.WIDTH fa0, fa1, fa2, fa3, rup
  RESULT_IS ONE+1, NX
  fmsub.WIDTH fa0, fa1, fa2, fa3, rdn
  RESULT_IS ONE-1, NX
  fnmadd.WIDTH fa0, fa1, fa2, fa3, rmm
  RESULT_IS MINUS(ONE+1), NX
  fnmsub.WIDTH fa0, fa1, fa2, fa3, rtz
  RESULT_IS MINUS(ONE-1), NX
.endm
