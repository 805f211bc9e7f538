// The serial line, a 16550A.
#pragma once

#include "types.h"

void uart_init(void (*receive)(int c)); // `receive` is called from the interrupt for each character
// Sends all of it; the current process may sleep while the line is busy.
void uart_write(const char *text, uint bytes);
// Sends one character at once, behind what is queued, without sleeping: for echo and the kernel's
// own text.
void uart_put(int c);
