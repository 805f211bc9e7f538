// The check of what concerns other harts, if there are any: each is started, called, made to forget a
// translation, stopped, and started once more.

#include "check.h"

#define BIG_PAGE 0x200000UL
#define WINDOW   0x40000000UL // where the other hart looks at one big page or the other
#define ALL_FLAGS (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

// What hart 0 asks of the other, which counts up `did` when it has done it.
enum order { NOTHING, LOOK, AWAIT_IPI, REST, REST_AND_BEGIN, STOP };

static volatile uint64 order, asked, did, seen, number;
static volatile uint64 word = 1; // in the first big page; hart 0 puts another into the second
static uint64 root[512] __attribute__((aligned(4096))), middle[512] __attribute__((aligned(4096)));
static char stack[4096] __attribute__((aligned(16)));

static uint64
other_word(void)
{
  return (uint64)&word - KERNEL_BASE;
}

// On the other hart.
void
other(uint64 hart)
{
  csr_clear(sip, IP_SSIP);
  number = hart;
  csr_write(satp, MAKE_SATP(root));
  sfence_vma();
  for(uint64 n = 0;; n++){
    while(asked == n)
      ;
    __sync_synchronize();
    if(order == LOOK)
      seen = *(volatile uint64 *)(WINDOW + other_word());
    if(order == AWAIT_IPI){
      seen = comes(IP_SSIP);
      csr_clear(sip, IP_SSIP);
    }
    if(order == REST || order == REST_AND_BEGIN){
      csr_set(sie, IP_SSIP);
      ask3(SBI_HSM, 3, order == REST ? 0 : SBI_SUSPEND_NON_RETENTIVE, (uint64)other_entry,
           (uint64)(stack + sizeof stack));
      csr_clear(sip, IP_SSIP);
    }
    __sync_synchronize();
    did = n + 1;
    if(order == STOP)
      ask(SBI_HSM, 1, 0, 0);
  }
}

// Whether something becomes so within a second.
#define within_a_second(condition) ({ \
    uint64 end_ = csr_read(time) + TIMEBASE_HZ; \
    while(!(condition) && csr_read(time) < end_) \
      ; \
    (condition); })

static void
let(enum order what)
{
  order = what;
  __sync_synchronize();
  asked = asked + 1;
}

static int
done(void)
{
  return within_a_second(did == asked);
}

static void
map(uint64 at)
{
  *(volatile uint64 *)&middle[0] = PA2PTE(at) | ALL_FLAGS;
}

static void
start(uint64 hart)
{
  asked = did = 0;
  number = ~0UL;
  struct answer started = ask3(SBI_HSM, 0, hart, (uint64)other_entry,
                               (uint64)(stack + sizeof stack));
  expect("a hart that is stopped can be started", started.error == 0);
  expect("a hart begins with its number", within_a_second(number == hart));
}

static void
check_suspend(uint64 hart)
{
  let(REST);
  expect("it is suspended", within_a_second(ask(SBI_HSM, 2, hart, 0).value == SBI_HART_SUSPENDED));
  expect("a fence waits for a hart that is suspended",
         ask(SBI_RFENCE, 1, 1UL << hart, 0).error == 0);
  expect("it rests on", ask(SBI_HSM, 2, hart, 0).value == SBI_HART_SUSPENDED);
  ask(SBI_IPI, 0, 1, hart);
  expect("it goes on", done() && ask(SBI_HSM, 2, hart, 0).value == SBI_HART_STARTED);
  let(REST_AND_BEGIN);
  expect("it is suspended again",
         within_a_second(ask(SBI_HSM, 2, hart, 0).value == SBI_HART_SUSPENDED));
  asked = did = 0;
  number = ~0UL;
  ask(SBI_IPI, 0, 1, hart);
  expect("it begins anew", within_a_second(number == hart));
}

static void
check_hart(uint64 hart)
{
  uint64 mask = 1UL << hart;
  expect("other harts are stopped at first", ask(SBI_HSM, 2, hart, 0).value == SBI_HART_STOPPED);
  expect("no hart starts in the firmware",
         ask(SBI_HSM, 0, hart, VIRT_RAM).error == SBI_ERR_INVALID_ADDRESS);
  expect("nor where no memory is",
         ask(SBI_HSM, 0, hart, 1UL << 40).error == SBI_ERR_INVALID_ADDRESS);
  map(KERNEL_BASE);
  start(hart);
  expect("it is started then", ask(SBI_HSM, 2, hart, 0).value == SBI_HART_STARTED);
  expect("it cannot be started twice", ask(SBI_HSM, 0, hart, 0).error == SBI_ERR_ALREADY_AVAILABLE);
  let(LOOK);
  expect("it sees the page", done() && seen == 1);
  map(KERNEL_BASE + BIG_PAGE);
  expect("a remote sfence.vma", ask(SBI_RFENCE, 1, mask, 0).error == 0);
  let(LOOK);
  expect("it sees the page that is there since the fence", done() && seen == 2);
  expect("a remote fence.i on all", ask(SBI_RFENCE, 0, 0, ~0UL).error == 0);
  let(AWAIT_IPI);
  expect("an IPI by mask and base", ask(SBI_IPI, 0, 1, hart).error == 0 && done() && seen == 1);
  expect("an IPI reaches no one else", (csr_read(sip) & IP_SSIP) == 0);
  let(AWAIT_IPI);
  expect("a legacy IPI reaches it, and no one else",
         ask(4, 0, (uint64)&mask, 0).error == 0 && done() && seen == 1 &&
         (csr_read(sip) & IP_SSIP) == 0);
  check_suspend(hart);
  let(STOP);
  expect("it stops", done() && within_a_second(ask(SBI_HSM, 2, hart, 0).value == SBI_HART_STOPPED));
  expect("a fence does not wait for a hart that is stopped",
         ask(SBI_RFENCE, 1, mask, 0).error == 0);
  start(hart);
  let(STOP);
  expect("it stops again",
         done() && within_a_second(ask(SBI_HSM, 2, hart, 0).value == SBI_HART_STOPPED));
}

void
check_harts(void)
{
  root[PX(2, KERNEL_BASE)] = PA2PTE(VIRT_RAM) | ALL_FLAGS;
  root[PX(2, WINDOW)] = PA2PTE(middle) | PTE_V;
  *(volatile uint64 *)((uint64)&word + BIG_PAGE) = 2;
  for(uint64 hart = 1; ask(SBI_HSM, 2, hart, 0).error == 0; hart++)
    check_hart(hart);
}
