// A guest's 16550A. Invariant: its line is high exactly while IIR would name a cause; nothing typed
// is lost: while the FIFO is full the board's UART keeps the rest and does not interrupt.

#include "guest.h"
#include "uart.h"
#include "virt.h"

enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };

#define IER_RECEIVED  0x01
#define IER_EMPTY     0x02
#define IIR_NONE      0x01
#define IIR_EMPTY     0x02
#define IIR_RECEIVED  0x04
#define IIR_FIFOS     0xc0
#define FCR_ENABLE    0x01
#define FCR_CLEAR     0x02
#define LCR_DLAB      0x80
#define LSR_READY     0x01
#define LSR_EMPTY     0x60
#define MSR_CONNECTED 0xb0

static uint
cause(const struct vuart *u)
{
  if((u->ier & IER_RECEIVED) && u->waiting > 0)
    return IIR_RECEIVED;
  if((u->ier & IER_EMPTY) && u->emptied)
    return IIR_EMPTY;
  return IIR_NONE;
}

static void
update(struct guest *guest)
{
  vplic_line(&guest->plic, VIRT_UART_IRQ, cause(&guest->uart) != IIR_NONE);
}

void
vuart_receive(struct guest *guest)
{
  struct vuart *u = &guest->uart;
  int c;
  while(u->waiting < VUART_FIFO && (c = uart_get()) >= 0)
    u->fifo[(u->head + u->waiting++) % VUART_FIFO] = c;
  uart_interrupts(u->waiting < VUART_FIFO);
  update(guest);
}

int
vuart_getchar(struct guest *guest)
{
  struct vuart *u = &guest->uart;
  if(u->waiting == 0)
    vuart_receive(guest);
  if(u->waiting == 0)
    return -1;
  int c = u->fifo[u->head];
  u->head = (u->head + 1) % VUART_FIFO;
  if(u->waiting-- == VUART_FIFO)
    vuart_receive(guest);
  update(guest);
  return c;
}

static uint32
identify(struct guest *guest)
{
  struct vuart *u = &guest->uart;
  uint why = cause(u);
  if(why == IIR_EMPTY){
    u->emptied = 0;
    update(guest);
  }
  return why | (u->fcr & FCR_ENABLE ? IIR_FIFOS : 0);
}

uint32
vuart_read(struct guest *guest, uint64 offset)
{
  struct vuart *u = &guest->uart;
  int c;
  switch(offset){
  case RBR_THR:
    if(u->lcr & LCR_DLAB)
      return u->divisor[0];
    c = u->waiting > 0 ? vuart_getchar(guest) : 0;
    return c;
  case IER:
    return u->lcr & LCR_DLAB ? u->divisor[1] : u->ier;
  case IIR_FCR:
    return identify(guest);
  case LCR:
    return u->lcr;
  case MCR:
    return u->mcr;
  case LSR:
    return LSR_EMPTY | (u->waiting > 0 ? LSR_READY : 0);
  case MSR:
    return MSR_CONNECTED;
  case SCR:
    return u->scr;
  }
  return 0;
}

static void
transmit(struct guest *guest, uint8 c)
{
  uart_put(c);
  guest->uart.emptied = 1;
  if(guest->uart.ier & IER_EMPTY)
    update(guest);
}

static void
enable(struct guest *guest, uint8 ier)
{
  struct vuart *u = &guest->uart;
  if((ier & IER_EMPTY) && !(u->ier & IER_EMPTY))
    u->emptied = 1;
  u->ier = ier & 0xf;
  update(guest);
}

void
vuart_write(struct guest *guest, uint64 offset, uint32 value)
{
  struct vuart *u = &guest->uart;
  uint8 byte = value;
  switch(offset){
  case RBR_THR:
    if(u->lcr & LCR_DLAB)
      u->divisor[0] = byte;
    else
      transmit(guest, byte);
    return;
  case IER:
    if(u->lcr & LCR_DLAB)
      u->divisor[1] = byte;
    else
      enable(guest, byte);
    return;
  case IIR_FCR:
    u->fcr = byte;
    if(byte & FCR_CLEAR){
      u->waiting = 0;
      vuart_receive(guest);
    }
    return;
  case LCR:
    u->lcr = byte;
    return;
  case MCR:
    u->mcr = byte & 0x1f;
    return;
  case SCR:
    u->scr = byte;
    return;
  }
}
