// The end of the machine: through the board's finisher where the device tree names one, since only
// that carries a code; through the firmware otherwise.

#include "device/power.h"
#include "device/sbi.h"
#include "virt.h"

static volatile uint32 *finisher;

void
power_init(uint64 address)
{
  finisher = (volatile uint32 *)address;
}

void
power_off(int code)
{
  if(finisher != NULL)
    *finisher = code == 0 ? FINISHER_PASS : (uint32)(code & 0xffff) << 16 | FINISHER_FAIL;
  sbi_shutdown(code != 0);
}
