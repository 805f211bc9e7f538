// Console and end of a test payload.

#include "payload.h"
#include "virt.h"

void
put(const char *text)
{
  volatile uint8 *uart = (volatile uint8 *)VIRT_UART;
  for(; *text != 0; text++){
    while(!(uart[5] & 0x20))
      ;
    uart[0] = *text;
  }
}

static void
put_base(uint64 value, uint64 base)
{
  char digit[2] = { "0123456789abcdef"[value % base], 0 };
  if(value >= base)
    put_base(value / base, base);
  put(digit);
}

void
put_number(uint64 value)
{
  put_base(value, 10);
}

void
put_hex(uint64 value)
{
  put("0x");
  put_base(value, 16);
}

void
finish(int code)
{
  *(volatile uint32 *)VIRT_FINISHER =
    code == 0 ? FINISHER_PASS : (uint32)code << 16 | FINISHER_FAIL;
  for(;;)
    __asm__ volatile("wfi");
}

void
check(int holds, const char *what)
{
  if(holds)
    return;
  put("FAILED: ");
  put(what);
  put("\n");
  finish(1);
}
