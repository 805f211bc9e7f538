// F: arithmetic on singles.

#define FORMAT_S
#include "float-arithmetic.h"

START_FLOAT
  SUMS
  PRODUCTS
  QUOTIENTS
  ROUNDS fdiv, ONE, THREE, NX, 0x3eaaaaab, 0x3eaaaaaa, 0x3eaaaaaa, 0x3eaaaaab, 0x3eaaaaab
  UNARY_ROUNDS fsqrt.s, fa1, TWO, NX, 0x3fb504f3, 0x3fb504f3, 0x3fb504f3, 0x3fb504f4, 0x3fb504f3
  FR fsqrt, 0x1a3504f3, NX, TINY
  FINISH
