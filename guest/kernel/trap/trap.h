// Traps: from user mode, and interrupts wherever they are taken.
#pragma once

#include "types.h"

extern uint64 page_faults; // lazily reserved pages that were touched, by users or for them

void trap_init(void);
// Takes every interrupt that is pending. 1 if the timer was among them.
int  interrupts_take(void);
// Waits for an interrupt and takes it.
void interrupts_await(void);
// Enters user mode as the current process's trapframe says.
void trap_return(void) __attribute__((noreturn));
