// Time in ticks of 10 ms, by the firmware's timer. Ticks are counted from the `time` counter, so
// none is lost when the kernel was busy for longer than one.

#include "trap/timer.h"
#include "device/devicetree.h"
#include "print.h"
#include "process/process.h"
#include "device/sbi.h"
#include "memory/seed.h"
#include "riscv.h"

#define MAX_CALLS 4

uint64 ticks;

static uint64 next; // when the next tick falls due
static void (*calls[MAX_CALLS])(void);

static uint64
interval(void)
{
  return devicetree.timebase / TICKS_A_SECOND;
}

void
timer_init(void)
{
  next = timer_now() + interval() - seed_number(SEED_TIMER, 0) % interval();
  sbi_set_timer(next);
}

void
timer_interrupt(void)
{
  for(uint64 now = timer_now(); next <= now; next += interval())
    ticks++;
  sbi_set_timer(next);
  for(int i = 0; i < MAX_CALLS && calls[i] != NULL; i++)
    calls[i]();
  wake_overdue(ticks);
}

void
timer_attach(void (*call)(void))
{
  for(int i = 0; i < MAX_CALLS; i++){
    if(calls[i] == NULL){
      calls[i] = call;
      return;
    }
  }
  panic("timer: too many calls");
}

uint64
timer_now(void)
{
  return csr_read(time);
}
