// D: products that a number is added to, rounded once.

#define FORMAT_D
#include "float-arithmetic.h"

START_FLOAT
  FUSED
  FINISH
