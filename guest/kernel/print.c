// Text from the kernel itself, character by character to print_sink; and panic, which tells where
// it came from by following frame pointers (the kernel is compiled with them) and ends the machine.

#include <stdarg.h>
#include "print.h"
#include "layout.h"
#include "device/power.h"
#include "device/sbi.h"

#define BACKTRACE_DEPTH 20

void (*print_sink)(int c) = sbi_putchar;

static void
print_number(uint64 n, uint base, int negative)
{
  char digits[24];
  int i = 0;
  do
    digits[i++] = "0123456789abcdef"[n % base];
  while((n /= base) != 0);
  if(negative)
    digits[i++] = '-';
  while(i > 0)
    print_sink(digits[--i]);
}

static void
print_signed(int64 n)
{
  print_number(n < 0 ? -(uint64)n : (uint64)n, 10, n < 0);
}

static void
print_string(const char *s)
{
  for(s = s != NULL ? s : "(null)"; *s != 0; s++)
    print_sink(*s);
}

void
print(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  for(const char *f = format; *f != 0; f++){
    if(*f != '%'){
      print_sink(*f);
      continue;
    }
    int wide = f[1] == 'l';
    f += 1 + wide;
    switch(*f){
    case 'd': print_signed(wide ? va_arg(args, long) : va_arg(args, int)); break;
    case 'u': print_number(wide ? va_arg(args, uint64) : va_arg(args, uint), 10, 0); break;
    case 'x': print_number(wide ? va_arg(args, uint64) : va_arg(args, uint), 16, 0); break;
    case 'p': print_string("0x"); print_number(va_arg(args, uint64), 16, 0); break;
    case 's': print_string(va_arg(args, const char *)); break;
    case 'c': print_sink(va_arg(args, int)); break;
    case 0:   f--; break;
    default:  print_sink(*f); break;
    }
  }
  va_end(args);
}

// Frame layout: the return address at fp - 8, the caller's frame pointer at fp - 16. Follows only
// upwards and only within the stack it began on.
static void
backtrace(void)
{
  uint64 fp = (uint64)__builtin_frame_address(0);
  uint64 limit = fp + KSTACK_BYTES;
  for(int i = 0; i < BACKTRACE_DEPTH && fp != 0 && fp % 8 == 0 && fp < limit; i++){
    uint64 return_address = *(uint64 *)(fp - 8);
    uint64 caller = *(uint64 *)(fp - 16);
    print("  at %p\n", (void *)return_address);
    if(caller <= fp)
      break;
    fp = caller;
  }
}

void
panic(const char *why)
{
  static int panicking;
  if(panicking++ == 0){
    print("\npanic: %s\n", why);
    backtrace();
  }
  power_off(1);
}
