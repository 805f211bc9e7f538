// The console: a line-editing terminal on the UART.
#pragma once

void console_init(void);
