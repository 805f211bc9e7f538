// A guest's 16550A. What it writes goes to the board's UART at once, so its transmitter is always
// empty.
#pragma once

#include "types.h"

#define VUART_FIFO 16

struct guest;

struct vuart {
  uint8 ier, lcr, mcr, scr, fcr;
  uint8 divisor[2];
  uint8 emptied;      // the transmitter ran empty and the guest has not been told
  uint8 fifo[VUART_FIFO];
  uint  head, waiting;
};

uint32 vuart_read(struct guest *guest, uint64 offset);
void   vuart_write(struct guest *guest, uint64 offset, uint32 value);
// Takes what the board's UART has received, as far as there is room.
void   vuart_receive(struct guest *guest);
// A character for a guest that asks the SBI for one; -1 if there is none.
int    vuart_getchar(struct guest *guest);
