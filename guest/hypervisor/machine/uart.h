// The board's UART, 16550A.
#pragma once

#include "types.h"

void uart_init(void);
void uart_put(int c);
int  uart_get(void);                // -1: nothing was received
void uart_interrupts(int received); // whether it interrupts when something was received
