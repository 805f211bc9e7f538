// The end of the machine.
#pragma once

#include "types.h"

void power_init(uint64 finisher); // its physical address, or 0 if the board has none
// Ends the machine. Code 0: all went well. Others: it failed, with that code where the board can tell it,
// else just failed.
void power_off(int code) __attribute__((noreturn));
