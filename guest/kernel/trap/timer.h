// Time in ticks of 10 ms.
#pragma once

#include "types.h"

#define TICKS_A_SECOND 100

extern uint64 ticks; // since boot

void timer_init(void);
void timer_interrupt(void);
// Calls `call` at each tick from now on, from the interrupt: it must not sleep.
void timer_attach(void (*call)(void));
uint64 timer_now(void); // the `time` counter itself
