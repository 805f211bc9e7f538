// The board's PLIC: context 2 * hart + 1 is that hart's S-mode (PLIC specification, and the board's
// wiring).

#include "machine/plic.h"
#include "virt.h"

#define ENABLE         0x2000UL
#define ENABLE_STEP    0x80UL
#define THRESHOLD      0x200000UL
#define THRESHOLD_STEP 0x1000UL

static volatile uint32 *enable, *threshold, *claim;

void
plic_init(uint64 hart)
{
  uint64 context = 2 * hart + 1;
  enable = (volatile uint32 *)(VIRT_PLIC + ENABLE + context * ENABLE_STEP);
  threshold = (volatile uint32 *)(VIRT_PLIC + THRESHOLD + context * THRESHOLD_STEP);
  claim = threshold + 1;
  *threshold = 0;
}

void
plic_enable(uint source)
{
  *((volatile uint32 *)VIRT_PLIC + source) = 1;
  enable[source / 32] |= 1U << source % 32;
}

uint
plic_claim(void)
{
  return *claim;
}

void
plic_complete(uint source)
{
  *claim = source;
}
