// F: order, extremes, signs and classes of singles.

#define FORMAT_S
#include "float-compare.h"

START_FLOAT
  ORDER
  EXTREMES
  SIGNS
  CLASSES
  FINISH
