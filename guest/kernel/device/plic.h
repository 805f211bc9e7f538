// The interrupt controller.
#pragma once

#include "types.h"

void plic_map(void);            // its registers, in the kernel's table
void plic_init(uint64 hart_id);
// Calls `handle(argument)` at each interrupt of this number (1 to 15) from now on.
void plic_attach(uint irq, void (*handle)(void *argument), void *argument);
void plic_take(void);
