// D: order, extremes, signs and classes of doubles.

#define FORMAT_D
#include "float-compare.h"

START_FLOAT
  ORDER
  EXTREMES
  SIGNS
  CLASSES
  FINISH
