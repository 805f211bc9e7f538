// Memvisor's own few lines on the console, and its end.

#include <stdarg.h>

#include "machine/print.h"
#include "machine/uart.h"
#include "virt.h"
#include "riscv.h"

#define BACKTRACE_DEPTH 24

extern char image_start[], image_end[];

static void
print_number(uint64 value, uint base)
{
  char digits[24];
  int n = 0;
  do
    digits[n++] = "0123456789abcdef"[value % base];
  while((value /= base) != 0);
  while(n > 0)
    uart_put(digits[--n]);
}

static void
print_text(const char *text)
{
  while(*text != 0)
    uart_put(*text++);
}

void
print(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  for(; *format != 0; format++){
    if(*format != '%'){
      uart_put(*format);
      continue;
    }
    format++;
    if(*format == 'l')
      print_number(va_arg(args, uint64), *++format == 'x' ? 16 : 10);
    else if(*format == 'd')
      print_number(va_arg(args, int), 10);
    else
      print_text(va_arg(args, const char *));
  }
  va_end(args);
}

// Follows the frame pointers with which everything here is compiled.
static void
backtrace(void)
{
  uint64 fp = (uint64)__builtin_frame_address(0);
  for(int i = 0; i < BACKTRACE_DEPTH; i++){
    if(fp % 8 != 0 || fp < (uint64)image_start + 16 || fp > (uint64)image_end)
      return;
    uint64 *frame = (uint64 *)fp;
    print("  at 0x%lx\n", frame[-1]);
    fp = frame[-2];
  }
}

void
panic(const char *why)
{
  static int panicking;
  if(panicking++ == 0){
    print("\nmemvisor: panic: %s\n", why);
    backtrace();
  }
  power_off(CODE_PANIC);
}

static void
finish(uint32 value)
{
  *(volatile uint32 *)VIRT_FINISHER = value;
  for(;;)
    __asm__ volatile("wfi");
}

void
power_off(int code)
{
  finish(code == 0 ? FINISHER_PASS : (uint32)code << 16 | FINISHER_FAIL);
  __builtin_unreachable();
}

void
power_reset(void)
{
  finish(FINISHER_RESET);
  __builtin_unreachable();
}
