// The network as the rest of the kernel sees it. One card, one address; TCP servers only.
// Everything here is called with interrupts off, on the one hart: the stack has no locks of its own.
#pragma once

#include "../include/types.h"

void net_init(void);      // finds the card and starts it; without one, listening works and nobody calls
void net_interrupt(void); // the card's interrupt
void net_tick(void);      // at each timer tick, or some of them: at least each 100 ms
