// D: arithmetic on doubles.

#define FORMAT_D
#include "float-arithmetic.h"

START_FLOAT
  SUMS
  PRODUCTS
  QUOTIENTS
  ROUNDS fdiv, ONE, THREE, NX, 0x3fd5555555555555, 0x3fd5555555555555, 0x3fd5555555555555, \
    0x3fd5555555555556, 0x3fd5555555555555
  UNARY_ROUNDS fsqrt.d, fa1, TWO, NX, 0x3ff6a09e667f3bcd, 0x3ff6a09e667f3bcc, \
    0x3ff6a09e667f3bcc, 0x3ff6a09e667f3bcd, 0x3ff6a09e667f3bcd
  FR fsqrt, POWER(-537), 0, TINY
  FINISH
