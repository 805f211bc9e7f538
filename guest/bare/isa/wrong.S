// The guard of the guards: its third case is wrong on purpose, so a run of it must end with code 3.

#include "test.h"

START

  RI addi, 2, 1, 1
  RI addi, 3, 1, 2
  RI addi, 5, 1, 3
  RI addi, 5, 1, 4

  FINISH
