// The board's PLIC, for the hart that Memvisor runs on.
#pragma once

#include "types.h"

void plic_init(uint64 hart);
void plic_enable(uint source);
uint plic_claim(void); // 0: none
void plic_complete(uint source);
