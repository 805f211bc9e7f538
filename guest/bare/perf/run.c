// What every performance kernel does: enters its mode, works, and powers the machine off.

#include "perf.h"
#include "virt.h"

void
run(void)
{
  enter();
  kernel();
  *(volatile uint32_t*)VIRT_FINISHER = FINISHER_PASS;
  for(;;)
    ;
}
