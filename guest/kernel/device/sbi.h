// Calls into the firmware (SBI 1.0).
#pragma once

#include "types.h"

void sbi_putchar(int c);
void sbi_set_timer(uint64 deadline); // in ticks of `time`; also clears a pending timer interrupt
void sbi_shutdown(int failed) __attribute__((noreturn));
