// A guest's PLIC. Invariant: hvip.VSEIP is set exactly if a source is pending, enabled and above
// the threshold.

#include "vplic.h"
#include "bits.h"
#include "h_csr.h"
#include "virt.h"

#define PENDING         0x1000UL
#define ENABLE_CONTEXT1 0x2080UL
#define CONTEXT1        0x201000UL // threshold; + 4 claim and completion
#define PRIORITY_MOST   7

// The source to claim, or 0.
static uint
best(const struct vplic *plic)
{
  uint found = 0;
  uint32 most = plic->threshold;
  for(uint32 left = plic->pending & plic->enabled; left != 0; left &= left - 1){
    uint source = lowest_bit(left);
    if(plic->priority[source] > most){
      most = plic->priority[source];
      found = source;
    }
  }
  return found;
}

static void
update(struct vplic *plic)
{
  plic->pending |= plic->level & ~plic->claimed;
  if(best(plic) != 0)
    csr_set(hvip, IP_VSEIP);
  else
    csr_clear(hvip, IP_VSEIP);
}

void
vplic_line(struct vplic *plic, uint source, int high)
{
  if(high)
    plic->level |= 1U << source;
  else
    plic->level &= ~(1U << source);
  update(plic);
}

static uint32
claim(struct vplic *plic)
{
  uint source = best(plic);
  if(source != 0){
    plic->pending &= ~(1U << source);
    plic->claimed |= 1U << source;
    update(plic);
  }
  return source;
}

uint32
vplic_read(struct vplic *plic, uint64 offset)
{
  if(offset < 4 * VPLIC_SOURCES)
    return plic->priority[offset / 4];
  switch(offset){
  case PENDING:
    return plic->pending;
  case ENABLE_CONTEXT1:
    return plic->enabled;
  case CONTEXT1:
    return plic->threshold;
  case CONTEXT1 + 4:
    return claim(plic);
  }
  return 0;
}

void
vplic_write(struct vplic *plic, uint64 offset, uint32 value)
{
  if(offset < 4 * VPLIC_SOURCES)
    plic->priority[offset / 4] = offset != 0 ? value & PRIORITY_MOST : 0;
  else if(offset == ENABLE_CONTEXT1)
    plic->enabled = value & ~1U;
  else if(offset == CONTEXT1)
    plic->threshold = value & PRIORITY_MOST;
  else if(offset == CONTEXT1 + 4 && value < VPLIC_SOURCES)
    plic->claimed &= ~(1U << value);
  update(plic);
}
