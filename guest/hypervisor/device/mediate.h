// The board's devices, whose interrupts come to Memvisor, and the guest that they stand for.
#pragma once

#include "guest/guest.h"

void mediate_init(struct guest *guest);
// Serves the most urgent device that interrupts; the next one interrupts again.
void mediate_interrupt(struct guest *guest);
// What an exit leaves for later is done in exits of its own, by an interrupt that Memvisor sends
// itself: each takes its bounded time, and the board's interrupts come in between.
void mediate_later(void);
void mediate_continue(struct guest *guest);
