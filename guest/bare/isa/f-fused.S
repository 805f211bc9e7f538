// F: products that a number is added to, rounded once.

#define FORMAT_S
#include "float-arithmetic.h"

START_FLOAT
  FUSED
  FINISH
