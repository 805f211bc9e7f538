// Harts: which there are, starting and stopping them, and asking others for an interrupt or a fence
// through the CLINT. A hart is down until another starts it; down, it waits here, in M-mode. Invariant: a
// hart answers what it is asked for, down or up, and also while it waits for an answer itself.

#include "firmware.h"

#define DOWN   0
#define COMING 1 // another hart starts it
#define UP     2
#define RESTS  3 // up, until an interrupt comes

static struct hart {
  uint32 state;
  uint32 started;  // set when `at` and `opaque` are there
  uint64 at, opaque;
  uint32 asked;    // ASK_ bits that it has yet to see to
  uint32 requests; // how often it has been asked, after the bits were set
  uint32 done;     // how many of these it has seen to
} harts[MOST_HARTS];

static uint64 count;

#define ACQUIRE __ATOMIC_ACQUIRE
#define RELEASE __ATOMIC_RELEASE

static void
ring(uint64 hart, uint32 level)
{
  ((volatile uint32 *)VIRT_CLINT)[hart] = level;
}

// Counts the harts: only one that is there has a compare register.
void
harts_count(void)
{
  volatile uint64 *compare = (volatile uint64 *)VIRT_CLINT_MTIMECMP;
  for(count = 1; count < MOST_HARTS; count++){
    compare[count] = ~0UL;
    if(compare[count] != ~0UL)
      break;
  }
  harts[0].state = UP;
}

// The set of harts that a pair (mask, base) of a call names. -1 if it names one that is not there.
int
harts_named(uint64 mask, uint64 base, uint64 *set)
{
  uint64 all = (1UL << count) - 1;
  *set = base == ~0UL ? all : 0;
  if(base == ~0UL || mask == 0)
    return 0;
  if(base >= count || (mask & ~(all >> base)) != 0)
    return -1;
  *set = mask << base;
  return 0;
}

static int
is_up(uint64 hart)
{
  uint32 state = __atomic_load_n(&harts[hart].state, ACQUIRE);
  return state == UP || state == RESTS;
}

static void
see_to(uint32 asked)
{
  if(asked & ASK_SOFTWARE)
    csr_set(mip, IP_SSIP);
  if(asked & ASK_FENCE_I)
    __asm__ volatile("fence.i" : : : "memory");
  if(asked & ASK_SFENCE)
    sfence_vma();
  if(asked & ASK_HFENCE_GVMA)
    __asm__ volatile(".word 0x62000073" : : : "memory"); // hfence.gvma x0, x0
  if(asked & ASK_HFENCE_VVMA)
    __asm__ volatile(".word 0x22000073" : : : "memory");
}

// Sees to what others have asked of this hart.
void
harts_called(void)
{
  struct hart *self = &harts[csr_read(mhartid)];
  ring(csr_read(mhartid), 0);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  uint32 requests = __atomic_load_n(&self->requests, ACQUIRE);
  see_to(__atomic_exchange_n(&self->asked, 0, __ATOMIC_ACQ_REL));
  __atomic_store_n(&self->done, requests, RELEASE);
}

// Asks each hart of the set that is up. Fences are done when this returns.
void
harts_ask(uint64 set, uint32 what)
{
  uint64 self = csr_read(mhartid), others = 0;
  uint32 tickets[MOST_HARTS];
  for(uint64 i = 0; i < count; i++){
    if((set >> i & 1) == 0 || i == self || !is_up(i))
      continue;
    __atomic_or_fetch(&harts[i].asked, what, __ATOMIC_ACQ_REL);
    tickets[i] = __atomic_add_fetch(&harts[i].requests, 1, __ATOMIC_ACQ_REL);
    ring(i, 1);
    others |= 1UL << i;
  }
  if(set >> self & 1)
    see_to(what);
  if(what == ASK_SOFTWARE)
    return;
  for(uint64 i = 0; i < count; i++){
    while((others >> i & 1) && (int)(__atomic_load_n(&harts[i].done, ACQUIRE) - tickets[i]) < 0)
      harts_called();
  }
}

// SBI's number of a hart's state, or -1 if there is no such hart.
int
harts_state(uint64 hart)
{
  static const int number[] = { [DOWN] = 1, [COMING] = 2, [UP] = 0, [RESTS] = 4 };
  return hart < count ? number[__atomic_load_n(&harts[hart].state, ACQUIRE)] : -1;
}

// 0, or -1 if it is not down. Requires that the hart is there.
int
harts_start(uint64 hart, uint64 at, uint64 opaque)
{
  struct hart *h = &harts[hart];
  uint32 down = DOWN;
  if(!__atomic_compare_exchange_n(&h->state, &down, COMING, 0, __ATOMIC_ACQ_REL, ACQUIRE))
    return -1;
  h->at = at;
  h->opaque = opaque;
  __atomic_store_n(&h->started, 1, RELEASE);
  ring(hart, 1);
  return 0;
}

// This hart goes down, with its stack empty again.
void
harts_stop(void)
{
  csr_write(mie, 0);
  __atomic_store_n(&harts[csr_read(mhartid)].state, DOWN, RELEASE);
  harts_park();
}

// Until an interrupt is pending that this hart's supervisor has enabled.
void
harts_rest(void)
{
  uint32 *state = &harts[csr_read(mhartid)].state;
  __atomic_store_n(state, RESTS, RELEASE);
  for(;;){
    uint64 pending = csr_read(mip) & csr_read(mie);
    if(pending & IP_MSIP)
      harts_called();
    else if(pending & IP_MTIP)
      timer_fired();
    else if(pending != 0)
      break;
    else
      __asm__ volatile("wfi");
  }
  __atomic_store_n(state, UP, RELEASE);
}

// This hart begins anew, with its stack empty.
void
harts_again(uint64 at, uint64 opaque)
{
  struct hart *self = &harts[csr_read(mhartid)];
  self->at = at;
  self->opaque = opaque;
  __atomic_store_n(&self->started, 1, RELEASE);
  ring(csr_read(mhartid), 1);
  harts_park();
}

// From entry.S: waits until another hart starts this one. It reads nothing before its software interrupt
// comes: until then hart 0 may not have cleared the memory.
void
harts_wait(uint64 self)
{
  csr_write(mscratch, 0);
  csr_write(mie, IP_MSIP);
  for(;;){
    __asm__ volatile("wfi");
    if((csr_read(mip) & IP_MSIP) == 0)
      continue;
    harts_called();
    if(!__atomic_exchange_n(&harts[self].started, 0, __ATOMIC_ACQ_REL))
      continue;
    uint64 at = harts[self].at, opaque = harts[self].opaque;
    __atomic_store_n(&harts[self].state, UP, RELEASE);
    hart_enter(at, self, opaque);
  }
}
