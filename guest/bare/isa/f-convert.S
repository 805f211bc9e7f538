// F: singles and integers.

#define FORMAT_S
#include "float-convert.h"

START_FLOAT
  TO_INTEGERS
  FROM_INTEGERS
  FROM_INTEGER wu, POWER(32), NX, 0xffffffff
  UNARY_ROUNDS fcvt.s.w, a1, 0x1000001, NX, POWER(24), POWER(24), POWER(24), POWER(24)+1, \
    POWER(24)+1
  UNARY_ROUNDS fcvt.s.wu, a1, 0x1000003, NX, POWER(24)+2, POWER(24)+1, POWER(24)+1, \
    POWER(24)+2, POWER(24)+2
  FINISH
