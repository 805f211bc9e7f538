// The S-mode timer: by Sstc's stimecmp where the hart has it, otherwise by the CLINT and an
// interrupt that is passed on.

#include "firmware.h"

#define MENVCFG_STCE (1UL << 63)

static int sstc; // the harts are alike

static volatile uint64 *
mtimecmp(void)
{
  return (volatile uint64 *)VIRT_CLINT_MTIMECMP + csr_read(mhartid);
}

// stimecmp is 0x14d, menvcfg 0x30a.
void
timer_init(void)
{
  sstc = probe_set(0x30a, MENVCFG_STCE) == 0 && (probe_read(0x30a) & MENVCFG_STCE) != 0 &&
         probe_write(0x14d, ~0UL) == 0;
  *mtimecmp() = ~0UL;
}

void
timer_set(uint64 deadline)
{
  if(sstc){
    probe_write(0x14d, deadline);
    return;
  }
  *mtimecmp() = deadline;
  csr_clear(mip, IP_STIP);
  csr_set(mie, IP_MTIP);
}

void
timer_fired(void)
{
  csr_clear(mie, IP_MTIP);
  csr_set(mip, IP_STIP);
}
