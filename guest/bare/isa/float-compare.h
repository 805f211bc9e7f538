// Order, extremes, signs and classes in either format.
#pragma once

#include "float.h"

.macro ORDER
  FTEST feq, 1, 0, ONE, ONE
  FTEST feq, 0, 0, ONE, ONE+1
  FTEST feq, 1, 0, 0, SIGN
  FTEST feq, 0, 0, NAN, NAN
  FTEST feq, 0, NV, SNAN, ONE
  FTEST feq, 0, NV, NAN, SNAN
  FTEST flt, 1, 0, ONE, TWO
  FTEST flt, 0, 0, TWO, ONE
  FTEST flt, 0, 0, ONE, ONE
  FTEST flt, 1, 0, MINUS(ONE), ONE
  FTEST flt, 1, 0, MINUS(TWO), MINUS(ONE)
  FTEST flt, 0, 0, SIGN, 0
  FTEST flt, 1, 0, MINUS(INF), MINUS(MAX)
  FTEST flt, 0, NV, NAN, ONE
  FTEST flt, 0, NV, ONE, SNAN
  FTEST fle, 1, 0, ONE, ONE
  FTEST fle, 1, 0, 0, SIGN
  FTEST fle, 1, 0, MAX, INF
  FTEST fle, 0, 0, ONE, MINUS(ONE)
  FTEST fle, 0, 0, TINY, SIGN
  FTEST fle, 0, NV, ONE, NAN
  FTEST fle, 0, NV, SNAN, NAN
.endm

.macro EXTREMES
  FRR fmin, ONE, 0, ONE, TWO
  FRR fmax, TWO, 0, ONE, TWO
  FRR fmin, MINUS(TWO), 0, MINUS(ONE), MINUS(TWO)
  FRR fmax, MINUS(ONE), 0, MINUS(ONE), MINUS(TWO)
  FRR fmin, SIGN, 0, 0, SIGN
  FRR fmin, SIGN, 0, SIGN, 0
  FRR fmax, 0, 0, 0, SIGN
  FRR fmax, 0, 0, SIGN, 0
  FRR fmin, MINUS(INF), 0, MINUS(INF), ONE
  FRR fmax, INF, 0, MAX, INF
  FRR fmin, ONE, 0, NAN, ONE
  FRR fmax, ONE, 0, ONE, NAN+3
  FRR fmin, NAN, 0, MINUS(NAN+1), NAN+2
  FRR fmin, ONE, NV, SNAN, ONE
  FRR fmax, ONE, NV, ONE, SNAN
  FRR fmax, NAN, NV, SNAN, NAN
.endm

.macro SIGNS
  FRR fsgnj, MINUS(ONE), 0, ONE, MINUS(TWO)
  FRR fsgnj, ONE, 0, MINUS(ONE), TWO
  FRR fsgnjn, ONE, 0, ONE, MINUS(TWO)
  FRR fsgnjn, MINUS(ONE), 0, ONE, TWO
  FRR fsgnjx, ONE, 0, MINUS(ONE), MINUS(TWO)
  FRR fsgnjx, MINUS(ONE), 0, ONE, MINUS(TWO)
  FRR fsgnjx, MINUS(ONE), 0, MINUS(ONE), TWO
  FRR fsgnj, MINUS(SNAN), 0, SNAN, SIGN   // bits are only moved: nothing signals
.endm

.macro CLASS want, a
  CASE
  OPERANDS \a
  fclass.WIDTH a0, fa1
  IS a0, \want
  FLAGS_ARE 0
.endm

.macro CLASSES
  CLASS 1<<0, MINUS(INF)
  CLASS 1<<1, MINUS(LEAST)
  CLASS 1<<1, MINUS(MAX)
  CLASS 1<<2, MINUS(LEAST-1)
  CLASS 1<<3, SIGN
  CLASS 1<<4, 0
  CLASS 1<<5, TINY
  CLASS 1<<6, ONE
  CLASS 1<<7, INF
  CLASS 1<<8, SNAN
  CLASS 1<<8, MINUS(NAN-1)
  CLASS 1<<9, NAN
  CLASS 1<<9, MINUS(NAN+1)
.endm
