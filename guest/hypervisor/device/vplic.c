// A guest's PLIC. Invariants: a source is pending or in service, never both; hvip.VSEIP is set
// exactly if a source is pending, enabled in S-mode's context and above its threshold.
//
// A gateway is the board's: what a device asserts in service, and does not take back, asks again on
// completion; a level that merely stayed high does not.

#include "device/vplic.h"
#include "memory/bits.h"
#include "machine/h_csr.h"
#include "virt.h"

#define PENDING         0x1000UL
#define ENABLE          0x2000UL
#define ENABLE_STEP     0x80UL
#define CONTEXT         0x200000UL // threshold; + 4 claim and completion
#define CONTEXT_STEP    0x1000UL
#define SUPERVISOR      1          // the context that interrupts
#define PRIORITY_MOST   7

static int
has(const uint32 *bits, uint n)
{
  return bits[n / 32] >> n % 32 & 1;
}

static void
put(uint32 *bits, uint n, int value)
{
  bits[n / 32] = (bits[n / 32] & ~(1U << n % 32)) | (uint32)value << n % 32;
}

// The enabled pending source with the highest priority above `most`, the lowest among equals, or 0.
static uint
best(const struct vplic *plic, uint context, uint32 most)
{
  uint found = 0;
  for(uint word = 0; word < VPLIC_WORDS; word++){
    uint32 left = plic->pending[word] & plic->context[context].enabled[word];
    for(; left != 0; left &= left - 1){
      uint source = 32 * word + lowest_bit(left);
      if(plic->priority[source] > most){
        most = plic->priority[source];
        found = source;
      }
    }
  }
  return found;
}

static void
update(const struct vplic *plic)
{
  if(best(plic, SUPERVISOR, plic->context[SUPERVISOR].threshold) != 0)
    csr_set(hvip, IP_VSEIP);
  else
    csr_clear(hvip, IP_VSEIP);
}

void
vplic_line(struct vplic *plic, uint source, int high)
{
  if(!high || has(plic->serving, source))
    put(plic->again, source, high);
  else if(!has(plic->pending, source)){
    put(plic->pending, source, 1);
    update(plic);
  }
}

// The threshold has no say in a claim.
static uint32
claim(struct vplic *plic, uint context)
{
  uint source = best(plic, context, 0);
  if(source != 0){
    put(plic->pending, source, 0);
    put(plic->serving, source, 1);
    update(plic);
  }
  return source;
}

// Ends the service of a source that the context has enabled.
static void
complete(struct vplic *plic, uint context, uint32 source)
{
  if(source >= VPLIC_SOURCES || !has(plic->context[context].enabled, source) ||
     !has(plic->serving, source))
    return;
  put(plic->serving, source, 0);
  if(has(plic->again, source))
    put(plic->pending, source, 1);
  put(plic->again, source, 0);
}

uint32
vplic_read(struct vplic *plic, uint64 offset, int bytes)
{
  if(bytes != 4)
    return 0;
  if(offset < PENDING)
    return offset / 4 < VPLIC_SOURCES ? plic->priority[offset / 4] : 0;
  if(offset < ENABLE)
    return offset - PENDING < 4 * VPLIC_WORDS ? plic->pending[(offset - PENDING) / 4] : 0;
  if(offset < CONTEXT){
    uint64 context = (offset - ENABLE) / ENABLE_STEP, word = offset % ENABLE_STEP / 4;
    return context < VPLIC_CONTEXTS && word < VPLIC_WORDS ? plic->context[context].enabled[word] :
                                                            0;
  }
  uint64 context = (offset - CONTEXT) / CONTEXT_STEP;
  if(context >= VPLIC_CONTEXTS)
    return 0;
  switch(offset % CONTEXT_STEP){
  case 0:
    return plic->context[context].threshold;
  case 4:
    return claim(plic, context);
  }
  return 0;
}

static void
write_enable(struct vplic *plic, uint64 context, uint64 word, uint32 value)
{
  if(context < VPLIC_CONTEXTS && word < VPLIC_WORDS)
    plic->context[context].enabled[word] = word == 0 ? value & ~1U : value;
}

void
vplic_write(struct vplic *plic, uint64 offset, int bytes, uint32 value)
{
  uint64 context = (offset - CONTEXT) / CONTEXT_STEP;
  if(bytes != 4)
    return;
  if(offset < PENDING){
    if(offset != 0 && offset / 4 < VPLIC_SOURCES)
      plic->priority[offset / 4] = value & PRIORITY_MOST;
  } else if(offset >= ENABLE && offset < CONTEXT)
    write_enable(plic, (offset - ENABLE) / ENABLE_STEP, offset % ENABLE_STEP / 4, value);
  else if(offset >= CONTEXT && context < VPLIC_CONTEXTS){
    if(offset % CONTEXT_STEP == 0)
      plic->context[context].threshold = value & PRIORITY_MOST;
    else if(offset % CONTEXT_STEP == 4)
      complete(plic, context, value);
  }
  update(plic);
}
