// csrrs and csrrc write unless their source is x0 itself: the index decides, not the value.

#include "test.h"

START

  li a1, 0
  TRAPS 2, 0xf145a073, csrrs x0, mhartid, a1
  TRAPS 2, 0xf145b073, csrrc x0, mhartid, a1
  TRAPS 2, 0xc005a5f3, csrrs a1, cycle, a1

  FINISH
