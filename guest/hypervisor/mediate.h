// The board's devices, whose interrupts come to Memvisor, and the guest that they stand for.
#pragma once

#include "guest.h"

void mediate_init(struct guest *guest);
// Serves all devices that interrupt.
void mediate_interrupts(struct guest *guest);
