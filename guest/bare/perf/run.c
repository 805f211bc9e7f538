// What every performance kernel does: enters its mode, works, and powers the machine off.

#include "perf.h"
#include "virt.h"

#define PASS 0x5555

void
run(void)
{
  enter();
  kernel();
  *(volatile uint32_t*)VIRT_FINISHER = PASS;
  for(;;)
    ;
}
