// The check: an S-mode payload that asks the firmware for everything an SBI has to offer, and for
// what it must refuse. It prints a line for each answer that is wrong, then how many were right,
// and powers off: as failed if any was wrong. What it expects is what ours gives, not what every
// SBI must give.

#include "check.h"

#define NO_SUCH_EXTENSION 0x12345678UL
#define ANY           (-99) // the value is not looked at
// When a timer comes that is waited for: long enough to look before it does, short enough to poll for.
#define SOON          (TIMEBASE_HZ / 1000)

struct answer
ask3(uint64 extension, uint64 function, uint64 arg0, uint64 arg1, uint64 arg2)
{
  register uint64 a0 __asm__("a0") = arg0;
  register uint64 a1 __asm__("a1") = arg1;
  register uint64 a2 __asm__("a2") = arg2;
  register uint64 a6 __asm__("a6") = function;
  register uint64 a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  return (struct answer){ .error = (int64)a0, .value = (int64)a1 };
}

static void
say(const char *text)
{
  uint64 n = 0;
  while(text[n] != 0)
    n++;
  ask(SBI_DBCN, 0, n, (uint64)text);
}

static int right, wrong;

void
expect(const char *what, int holds)
{
  if(holds){
    right++;
    return;
  }
  wrong++;
  say("wrong: ");
  say(what);
  say("\n");
}

static const struct {
  const char *what;
  uint64 extension, function, a0, a1;
  int64 error, value;
} questions[] = {
  { "version 2.0", SBI_BASE, 0, 0, 0, 0, SBI_SPECIFICATION_2_0 },
  { "has BASE", SBI_BASE, 3, SBI_BASE, 0, 0, 1 },
  { "has TIME", SBI_BASE, 3, SBI_TIME, 0, 0, 1 },
  { "has IPI", SBI_BASE, 3, SBI_IPI, 0, 0, 1 },
  { "has RFENCE", SBI_BASE, 3, SBI_RFENCE, 0, 0, 1 },
  { "has HSM", SBI_BASE, 3, SBI_HSM, 0, 0, 1 },
  { "has SRST", SBI_BASE, 3, SBI_SRST, 0, 0, 1 },
  { "has DBCN", SBI_BASE, 3, SBI_DBCN, 0, 0, 1 },
  { "has legacy putchar", SBI_BASE, 3, 1, 0, 0, 1 },
  { "has not what there is not", SBI_BASE, 3, NO_SUCH_EXTENSION, 0, 0, 0 },
  { "machine ids", SBI_BASE, 4, 0, 0, 0, ANY },
  { "no such function of BASE", SBI_BASE, 99, 0, 0, SBI_ERR_NOT_SUPPORTED, ANY },
  { "no such extension", NO_SUCH_EXTENSION, 0, 0, 0, SBI_ERR_NOT_SUPPORTED, ANY },
  { "no such function of TIME", SBI_TIME, 1, 0, 0, SBI_ERR_NOT_SUPPORTED, ANY },
  { "no IPI to a hart that is not there", SBI_IPI, 0, 0x80, 0, SBI_ERR_INVALID_PARAM, ANY },
  { "an IPI to nobody", SBI_IPI, 0, 0, 1, 0, ANY },
  { "remote fence.i", SBI_RFENCE, 0, 1, 0, 0, ANY },
  { "remote sfence.vma", SBI_RFENCE, 1, 1, 0, 0, ANY },
  { "remote sfence.vma, all harts", SBI_RFENCE, 1, 0, ~0UL, 0, ANY },
  { "remote sfence.vma for an ASID", SBI_RFENCE, 2, 1, 0, 0, ANY },
  { "no fence on a hart that is not there", SBI_RFENCE, 1, 0x80, 0, SBI_ERR_INVALID_PARAM, ANY },
  { "no such fence", SBI_RFENCE, 7, 1, 0, SBI_ERR_NOT_SUPPORTED, ANY },
  { "hart 0 is started", SBI_HSM, 2, 0, 0, 0, 0 },
  { "hart 0 cannot be started again", SBI_HSM, 0, 0, 0, SBI_ERR_ALREADY_AVAILABLE, ANY },
  { "no hart 7", SBI_HSM, 2, 7, 0, SBI_ERR_INVALID_PARAM, ANY },
  { "no suspend that goes on in the firmware", SBI_HSM, 3, SBI_SUSPEND_NON_RETENTIVE, VIRT_RAM,
    SBI_ERR_INVALID_ADDRESS, ANY },
  { "no suspend of a reserved type", SBI_HSM, 3, 1, 0, SBI_ERR_INVALID_PARAM, ANY },
  { "no suspend of a platform's own type", SBI_HSM, 3, 0x10000000, 0, SBI_ERR_NOT_SUPPORTED, ANY },
  { "no such function of HSM", SBI_HSM, 9, 0, 0, SBI_ERR_NOT_SUPPORTED, ANY },
  { "no such reset", SBI_SRST, 0, 9, 0, SBI_ERR_INVALID_PARAM, ANY },
  { "no such function of SRST", SBI_SRST, 1, 0, 0, SBI_ERR_NOT_SUPPORTED, ANY },
  { "nothing typed", SBI_DBCN, 1, 0, 0, 0, 0 },
  { "nothing written to the console, fine", SBI_DBCN, 0, 0, 1UL << 40, 0, 0 },
  { "nothing written from where no memory is", SBI_DBCN, 0, 1, 1UL << 40,
    SBI_ERR_INVALID_PARAM, ANY },
  { "nothing read to where no memory is", SBI_DBCN, 1, 1, 1UL << 40, SBI_ERR_INVALID_PARAM, ANY },
  { "nothing written from the firmware", SBI_DBCN, 0, 1, VIRT_RAM, SBI_ERR_INVALID_PARAM, ANY },
  { "nothing read to the firmware", SBI_DBCN, 1, 8, KERNEL_BASE - FIRMWARE_BYTES,
    SBI_ERR_INVALID_PARAM, ANY },
  { "nothing written from a device", SBI_DBCN, 0, 1, VIRT_UART, SBI_ERR_INVALID_PARAM, ANY },
  { "nothing written from beyond the end of addresses", SBI_DBCN, 0, ~0UL, KERNEL_BASE + 2,
    SBI_ERR_INVALID_PARAM, ANY },
  { "no such function of DBCN", SBI_DBCN, 9, 0, 0, SBI_ERR_NOT_SUPPORTED, ANY },
};

// Whether an interrupt of this kind becomes pending within a second.
int
comes(uint64 bit)
{
  uint64 end = csr_read(time) + TIMEBASE_HZ;
  while(csr_read(time) < end){
    if(csr_read(sip) & bit)
      return 1;
  }
  return 0;
}

static void
check_timer(void)
{
  ask(SBI_TIME, 0, ~0UL, 0);
  expect("a timer that is off is not pending", (csr_read(sip) & IP_STIP) == 0);
  uint64 end = csr_read(time) + SOON;
  ask(SBI_TIME, 0, end, 0);
  // On a busy host, QEMU may have let it come already.
  expect("a timer that is to come is not pending",
         (csr_read(sip) & IP_STIP) == 0 || csr_read(time) >= end);
  expect("the timer comes", comes(IP_STIP));
  ask(SBI_TIME, 0, ~0UL, 0);
  expect("setting the timer clears it", (csr_read(sip) & IP_STIP) == 0);
  ask(0, 0, csr_read(time), 0);
  expect("the legacy timer comes", comes(IP_STIP));
  ask(0, 0, ~0UL, 0);
}

static void
check_ipi(void)
{
  expect("an IPI to oneself is taken", ask(SBI_IPI, 0, 1, 0).error == 0 && comes(IP_SSIP));
  csr_clear(sip, IP_SSIP);
  expect("an IPI can be cleared", (csr_read(sip) & IP_SSIP) == 0);
}

// Rests until the timer comes, though the interrupt is not taken.
static void
check_suspend(void)
{
  csr_set(sie, IP_STIP);
  uint64 end = csr_read(time) + SOON;
  ask(SBI_TIME, 0, end, 0);
  expect("a hart rests until an interrupt",
         ask(SBI_HSM, 3, 0, 0).error == 0 && csr_read(time) >= end &&
         (csr_read(sip) & IP_STIP) != 0);
  csr_clear(sie, IP_STIP);
  ask(SBI_TIME, 0, ~0UL, 0);
}

// The legacy IPI (4) and fences (5, 6) take the address of their mask.
static void
check_legacy_mask(void)
{
  static uint64 mask;
  expect("a legacy IPI to nobody reaches nobody",
         ask(4, 0, (uint64)&mask, 0).error == 0 && (csr_read(sip) & IP_SSIP) == 0);
  mask = 1;
  expect("a legacy IPI by mask", ask(4, 0, (uint64)&mask, 0).error == 0 && comes(IP_SSIP));
  csr_clear(sip, IP_SSIP);
  expect("a legacy IPI without mask reaches all", ask(4, 0, 0, 0).error == 0 && comes(IP_SSIP));
  csr_clear(sip, IP_SSIP);
  expect("a mask that cannot be read means all", ask(4, 0, 1UL << 50, 0).error == 0 && comes(IP_SSIP));
  csr_clear(sip, IP_SSIP);
  expect("a legacy fence.i and sfence.vma",
         ask(5, 0, (uint64)&mask, 0).error == 0 && ask(6, 0, (uint64)&mask, 0).error == 0);
}

static uint64
big_endian(const uint8 *at, int bytes)
{
  uint64 value = 0;
  for(int i = 0; i < bytes; i++)
    value = value << 8 | at[i];
  return value;
}

// The list of reservations lies within the tree, ends within it, and has the firmware's memory once.
static void
check_tree(const uint8 *tree)
{
  uint64 size = big_endian(tree + 4, 4), found = 0;
  uint64 at = big_endian(tree + 16, 4);
  for(; at + 16 <= size && big_endian(tree + at + 8, 8) != 0; at += 16)
    found += big_endian(tree + at, 8) == VIRT_RAM && big_endian(tree + at + 8, 8) == FIRMWARE_BYTES;
  expect("the firmware's memory is reserved", found == 1 && at + 16 <= size);
}

void
check(uint64 hart_id, const uint8 *tree)
{
  expect("hart 0 boots", hart_id == 0);
  check_tree(tree);
  expect("paging is off", csr_read(satp) == 0);
  expect("time goes on", csr_read(time) <= csr_read(time));
  expect("instructions are counted", csr_read(instret) < csr_read(instret));
  for(uint i = 0; i < sizeof questions / sizeof questions[0]; i++){
    struct answer got = ask(questions[i].extension, questions[i].function, questions[i].a0,
                            questions[i].a1);
    int64 value = questions[i].value;
    expect(questions[i].what,
           got.error == questions[i].error && (value == ANY || got.value == value));
  }
  check_timer();
  check_ipi();
  check_suspend();
  check_legacy_mask();
  check_harts();
  expect("legacy getchar finds nothing", ask(2, 0, 0, 0).error == -1);
  char count[] = "000 answers right\n";
  count[0] += right / 100;
  count[1] += right / 10 % 10;
  count[2] += right % 10;
  say(count + (right < 100));
  ask(SBI_SRST, 0, 0, wrong == 0 ? 0 : 1);
}
