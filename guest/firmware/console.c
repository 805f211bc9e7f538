// Text through the board's UART, a 16550A, by polling.

#include "firmware.h"

#define DATA 0
#define FCR  2
#define LCR  3
#define LSR  5
#define FCR_ENABLE     7
#define LCR_8N1        3
#define LSR_DATA_READY 1
#define LSR_THR_EMPTY  0x20

static volatile uint8 *
reg(uint n)
{
  return (volatile uint8 *)(VIRT_UART + n);
}

void
console_init(void)
{
  *reg(LCR) = LCR_8N1;
  *reg(FCR) = FCR_ENABLE;
}

void
console_put(int c)
{
  while((*reg(LSR) & LSR_THR_EMPTY) == 0)
    ;
  *reg(DATA) = c;
}

int
console_get(void)
{
  return *reg(LSR) & LSR_DATA_READY ? *reg(DATA) : -1;
}
