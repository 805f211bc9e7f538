// A guest's 16550A, register for register the board's (machine/rv64/device/uart.ts). Invariant: its
// line is high exactly while IIR would name a cause; what the guest does not throw away itself is
// not lost: while the FIFO is full the board's UART keeps the rest and does not interrupt.

#include "guest/guest.h"
#include "machine/uart.h"
#include "virt.h"

enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCR };

#define IER_RECEIVED  0x01
#define IER_EMPTY     0x02
#define IIR_NONE      0x01
#define IIR_EMPTY     0x02
#define IIR_RECEIVED  0x04
#define IIR_TIMEOUT   0x0c
#define IIR_FIFOS     0xc0
#define FCR_ENABLE    0x01
#define FCR_CLEAR     0x02
#define FCR_KEPT      0xc9
#define FCR_TRIGGER_SHIFT 6
#define LCR_DLAB      0x80
#define LSR_READY     0x01
#define LSR_EMPTY     0x60
#define MSR_CONNECTED 0xb0

// How many characters the FIFO holds.
static uint
room(const struct vuart *u)
{
  return u->fcr & FCR_ENABLE ? VUART_FIFO : 1;
}

// Below the trigger level the time-out comes at once, as on the board.
static uint
cause(const struct vuart *u)
{
  static const uint8 trigger[] = { 1, 4, 8, 14 };
  if((u->ier & IER_RECEIVED) && u->waiting > 0){
    uint level = u->fcr & FCR_ENABLE ? trigger[u->fcr >> FCR_TRIGGER_SHIFT] : 1;
    return u->waiting >= level ? IIR_RECEIVED : IIR_TIMEOUT;
  }
  if((u->ier & IER_EMPTY) && u->emptied)
    return IIR_EMPTY;
  return IIR_NONE;
}

// With no interrupt enabled the line is low, and has been since they were disabled.
static void
update(struct guest *guest)
{
  if(guest->uart.ier != 0)
    vplic_line(&guest->plic, VIRT_UART_IRQ, cause(&guest->uart) != IIR_NONE);
}

void
vuart_receive(struct guest *guest)
{
  struct vuart *u = &guest->uart;
  int c;
  while(u->waiting < room(u) && (c = uart_get()) >= 0)
    u->fifo[(u->head + u->waiting++) % VUART_FIFO] = c;
  uart_interrupts(u->waiting < room(u));
  update(guest);
}

// The oldest character, or -1. If the FIFO was full the board's UART may have more.
static int
take(struct guest *guest)
{
  struct vuart *u = &guest->uart;
  int c = -1, full = u->waiting == room(u);
  if(u->waiting > 0){
    c = u->fifo[u->head];
    u->head = (u->head + 1) % VUART_FIFO;
    u->waiting--;
  }
  if(full)
    vuart_receive(guest);
  else
    update(guest);
  return c;
}

int
vuart_getchar(struct guest *guest)
{
  if(guest->uart.waiting == 0)
    vuart_receive(guest);
  return take(guest);
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
    c = take(guest);
    return c >= 0 ? c : 0;
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
  update(guest);
}

static void
enable(struct guest *guest, uint8 ier)
{
  struct vuart *u = &guest->uart;
  if((ier & IER_EMPTY) && !(u->ier & IER_EMPTY))
    u->emptied = 1;
  u->ier = ier & 0xf;
  vplic_line(&guest->plic, VIRT_UART_IRQ, cause(u) != IIR_NONE);
}

static void
control(struct guest *guest, uint8 fcr)
{
  struct vuart *u = &guest->uart;
  if(((fcr ^ u->fcr) & FCR_ENABLE) || (fcr & FCR_CLEAR))
    u->waiting = 0;
  u->fcr = fcr & FCR_ENABLE ? fcr & FCR_KEPT : 0;
  vuart_receive(guest);
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
    control(guest, byte);
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
