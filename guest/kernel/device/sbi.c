// Calls into the firmware (SBI 1.0): early text, the timer, the end. Nothing here depends on which
// firmware it is: ours, OpenSBI, or Memvisor in its place.

#include "device/sbi.h"
#include "riscv.h"
#include "sbi_numbers.h"

static int64
sbi_call(uint64 extension, uint64 function, uint64 arg0, uint64 arg1)
{
  register uint64 a0 __asm__("a0") = arg0;
  register uint64 a1 __asm__("a1") = arg1;
  register uint64 a6 __asm__("a6") = function;
  register uint64 a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
  return (int64)a0;
}

void
sbi_putchar(int c)
{
  sbi_call(SBI_LEGACY_PUTCHAR, 0, c, 0);
}

void
sbi_set_timer(uint64 deadline)
{
  sbi_call(SBI_TIME, SBI_TIME_SET, deadline, 0);
}

void
sbi_shutdown(int failed)
{
  sbi_call(SBI_SRST, SBI_SRST_RESET, SBI_SRST_SHUTDOWN,
           failed ? SBI_SRST_SYSTEM_FAILURE : SBI_SRST_NO_REASON);
  for(;;)
    __asm__ volatile("wfi");
}
