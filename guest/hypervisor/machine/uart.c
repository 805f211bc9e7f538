// The board's UART, polled for output. uart_put works before uart_init.

#include "machine/uart.h"
#include "virt.h"

enum { RBR_THR, IER, FCR, LCR, MCR, LSR };

#define IER_RECEIVED 1
#define FCR_ENABLE   1
#define LCR_8N1      3
#define LSR_READY    0x01
#define LSR_EMPTY    0x20

static volatile uint8 *const uart = (volatile uint8 *)VIRT_UART;
static int interrupting;

void
uart_init(void)
{
  uart[IER] = 0;
  uart[LCR] = LCR_8N1;
  uart[FCR] = FCR_ENABLE;
}

void
uart_put(int c)
{
  while(!(uart[LSR] & LSR_EMPTY))
    ;
  uart[RBR_THR] = c;
}

int
uart_get(void)
{
  return uart[LSR] & LSR_READY ? uart[RBR_THR] : -1;
}

void
uart_interrupts(int received)
{
  if(received != interrupting)
    uart[IER] = received ? IER_RECEIVED : 0;
  interrupting = received;
}
