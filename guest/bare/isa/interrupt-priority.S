// Interrupts that are pending together are taken in the order MEI MSI MTI SEI SSI STI.

#include "interrupt.h"

START

  csrw mideleg, x0
  csrw mie, x0
  TIMER -1

  TIMER 0
  AWAIT MTI, MTI
  MSIP 1
  AWAIT MSI, MSI
  li a0, SSI|STI|SEI
  csrs mip, a0
  li a0, MSI|MTI|SSI|STI|SEI
  csrw mie, a0
  INTERRUPTED 3
  MSIP 0
  AWAIT MSI, 0
  INTERRUPTED 7
  TIMER -1
  AWAIT MTI, 0
  INTERRUPTED 9
  li a0, SEI
  csrc mip, a0
  INTERRUPTED 1
  li a0, SSI
  csrc mip, a0
  INTERRUPTED 5
  li a0, STI
  csrc mip, a0
  CASE
  CSR_IS mip, 0, 0xaaa

  FINISH
