// mepc and sepc: bit 0 is always 0.

#include "test.h"

START

  li a0, -1
  CASE
  csrw mepc, a0
  CSR_IS mepc, -2
  CASE
  csrw sepc, a0
  CSR_IS sepc, -2

  FINISH
