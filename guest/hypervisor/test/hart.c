// The hart and the board as a kernel meets them: exceptions, interrupts, the SBI, devices. Runs on
// the board and in a guest; each line must come out in both.

#include "payload.h"
#include "sbi_numbers.h"
#include "virt.h"

#define PLIC_PRIORITY(n) (VIRT_PLIC + 4 * (n))
#define PLIC_ENABLE      (VIRT_PLIC + 0x2080)
#define PLIC_THRESHOLD   (VIRT_PLIC + 0x201000)
#define PLIC_CLAIM       (VIRT_PLIC + 0x201004)
#define NOWHERE          0x18000000UL

static volatile uint8 *const uart = (volatile uint8 *)VIRT_UART;

static uint32
read32(uint64 at)
{
  return *(volatile uint32 *)at;
}

static void
write32(uint64 at, uint32 value)
{
  *(volatile uint32 *)at = value;
}

struct answer {
  int64  error;
  uint64 value;
};

static struct answer
sbi(uint64 extension, uint64 function, uint64 first, uint64 second)
{
  register uint64 a0 __asm__("a0") = first;
  register uint64 a1 __asm__("a1") = second;
  register uint64 a6 __asm__("a6") = function;
  register uint64 a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
  return (struct answer){ a0, a1 };
}

// Runs `code` (instructions, then it must trap) in S-mode, or in U-mode.
static struct outcome
run(const void *code, int user, uint64 a0, uint64 a1)
{
  struct outcome o;
  csr_clear(sstatus, SSTATUS_SPP | SSTATUS_SPIE);
  if(!user)
    csr_set(sstatus, SSTATUS_SPP);
  attempt(&o, (uint64)code, a0, a1);
  return o;
}

static void
exceptions(void)
{
  static const uint32 illegal[] = { 0xffffffffU };
  static const uint32 ecall[] = { 0x00000073U };
  static const uint32 mstatus[] = { 0x30002573U };     // csrr a0, mstatus
  static const uint32 user_satp[] = { 0x18002573U };   // csrr a0, satp
  static const uint32 user_sfence[] = { 0x12000073U };
  struct outcome o = run(illegal, 0, 0, 0);
  check(o.cause == CAUSE_ILLEGAL_INSTRUCTION && o.epc == (uint64)illegal, "an illegal instruction");
  o = run(mstatus, 0, 0, 0);
  check(o.cause == CAUSE_ILLEGAL_INSTRUCTION, "mstatus from S-mode");
  o = run(user_satp, 1, 0, 0);
  check(o.cause == CAUSE_ILLEGAL_INSTRUCTION, "satp from U-mode");
  o = run(user_sfence, 1, 0, 0);
  check(o.cause == CAUSE_ILLEGAL_INSTRUCTION, "sfence.vma from U-mode");
  o = run(ecall, 1, 0, 0);
  check(o.cause == CAUSE_ECALL_U && o.epc == (uint64)ecall, "ecall from U-mode");
  put("hart: exceptions ok\n");
}

static void
nowhere(void)
{
  struct outcome o = run(stubs + STUB_LOAD, 0, 0, NOWHERE);
  check(o.cause == CAUSE_LOAD_ACCESS && o.tval == NOWHERE, "a load from nowhere");
  o = run(stubs + STUB_STORE, 0, 0, NOWHERE);
  check(o.cause == CAUSE_STORE_ACCESS && o.tval == NOWHERE, "a store to nowhere");
  o = run((void *)NOWHERE, 0, 0, 0);
  check(o.cause == CAUSE_INSTRUCTION_ACCESS && o.epc == NOWHERE, "a jump to nowhere");
  o = run(stubs + STUB_LOAD, 0, 0, 1UL << 60);
  check(o.cause == CAUSE_LOAD_ACCESS, "a load from an address that nobody has");
  put("hart: nowhere ok\n");
}

// satp as the privileged specification wants it: what is not implemented has no effect.
static void
translation_register(void)
{
  csr_write(satp, 15UL << 60 | 1);
  check(csr_read(satp) == 0, "a mode that there is not leaves satp as it was");
  uint64 old, zero = 0;
  __asm__ volatile("csrrs %0, satp, %1" : "=r"(old) : "r"(zero));
  check(old == 0, "csrrs of satp");
  __asm__ volatile("csrrwi %0, satp, 0" : "=r"(old));
  check(old == 0, "csrrwi of satp");
  put("hart: satp ok\n");
}

static void
counters(void)
{
  static const uint32 user_time[] = { 0xc0102573U, 0x00100073U }; // rdtime a0; ebreak
  uint64 cycle = csr_read(cycle), instret = csr_read(instret);
  check(csr_read(cycle) > cycle, "cycle counts");
  check(csr_read(instret) > instret, "instret counts");
  uint64 before = csr_read(time);
  csr_write(scounteren, 7);
  struct outcome o = run(user_time, 1, 0, 0);
  check(o.cause == CAUSE_BREAKPOINT && o.a0 >= before && o.a0 <= csr_read(time), "time in U-mode");
  csr_write(scounteren, 0);
  o = run(user_time, 1, 0, 0);
  check(o.cause == CAUSE_ILLEGAL_INSTRUCTION, "time in U-mode, if scounteren forbids it");
  put("hart: counters ok\n");
}

static void
wait_for(uint64 bit, const char *what)
{
  csr_write(sie, bit);
  for(int i = 0; !(csr_read(sip) & bit); i++){
    check(i < 1000, what);
    __asm__ volatile("wfi");
  }
  csr_write(sie, 0);
}

static void
timer(void)
{
  uint64 start = csr_read(time);
  check(sbi(SBI_TIME, 0, start + 5000, 0).error == 0, "the SBI sets the timer");
  int pending = (csr_read(sip) & IP_STIP) != 0; // on a slow host it may be due already
  check(!pending || csr_read(time) >= start + 5000, "the timer is not yet due");
  wait_for(IP_STIP, "wfi ends with the timer");
  check(csr_read(time) >= start + 5000, "the timer is not early");
  sbi(SBI_TIME, 0, ~0UL, 0);
  check(!(csr_read(sip) & IP_STIP), "setting the timer takes the interrupt back");
  put("hart: timer ok\n");
}

static void
own_interrupt(void)
{
  check(sbi(SBI_IPI, 0, 1, 0).error == 0, "the SBI sends an interrupt");
  wait_for(IP_SSIP, "the interrupt arrives");
  csr_clear(sip, IP_SSIP);
  check(!(csr_read(sip) & IP_SSIP), "it is cleared");
  check(sbi(SBI_IPI, 0, 2, 0).error != 0, "there is no hart 1");
  put("hart: ipi ok\n");
}

static void
firmware(void)
{
  check(sbi(SBI_BASE, 0, 0, 0).value >= 1UL << 24, "the SBI is 1.0 or later");
  check(sbi(SBI_BASE, 3, SBI_TIME, 0).value != 0, "it has TIME");
  check(sbi(SBI_BASE, 3, SBI_SRST, 0).value != 0, "it has SRST");
  check(sbi(SBI_BASE, 3, 0x12345678, 0).value == 0, "it has no such extension");
  check(sbi(0x12345678, 0, 0, 0).error == -2, "a call of none is not supported");
  check(sbi(SBI_HSM, 2, 0, 0).error == 0 && sbi(SBI_HSM, 2, 0, 0).value == 0, "hart 0 is started");
  check(sbi(SBI_HSM, 0, 0, 0).error == -6, "hart 0 cannot be started again");
  check(sbi(SBI_SRST, 0, 77, 0).error != 0, "there is no such reset");
  put("hart: sbi ok\n");
}

// The UART's "transmitter empty" through the PLIC.
static void
external_interrupt(void)
{
  write32(PLIC_PRIORITY(VIRT_UART_IRQ), 3);
  check(read32(PLIC_PRIORITY(VIRT_UART_IRQ)) == 3, "a priority is kept");
  write32(PLIC_ENABLE, 1 << VIRT_UART_IRQ);
  write32(PLIC_THRESHOLD, 5);
  uart[1] = 2;
  check(!(csr_read(sip) & IP_SEIP), "below the threshold nothing comes");
  write32(PLIC_THRESHOLD, 0);
  wait_for(IP_SEIP, "the UART interrupts");
  check(read32(PLIC_CLAIM) == VIRT_UART_IRQ, "the UART is claimed");
  check(read32(PLIC_CLAIM) == 0, "once");
  check(!(csr_read(sip) & IP_SEIP), "a claimed source is silent");
  check((uart[2] & 0xf) == 2, "the UART names its reason");
  write32(PLIC_CLAIM, VIRT_UART_IRQ);
  check(!(csr_read(sip) & IP_SEIP), "it has been answered");
  uart[1] = 0;
  uart[1] = 2;
  wait_for(IP_SEIP, "the UART interrupts again");
  uart[1] = 0;
  write32(PLIC_CLAIM, read32(PLIC_CLAIM));
  check(!(csr_read(sip) & IP_SEIP), "and is silent again");
  put("hart: plic ok\n");
}

// Loads and stores of devices in all forms that a compiler makes.
static void
device_access(void)
{
  uint64 value, at = VIRT_UART + 7;
  uint64 slot = VIRT_VIRTIO;
  __asm__ volatile("sb %1, 0(%2)\nlbu %0, 0(%2)" : "=&r"(value) : "r"(0x1a5UL), "r"(at) : "memory");
  check(value == 0xa5, "lbu");
  __asm__ volatile("lb %0, 0(%1)" : "=r"(value) : "r"(at) : "memory");
  check(value == ~0x5aUL, "lb extends the sign");
  __asm__ volatile("mv s1, %1\nc.lw a5, 0(s1)\nmv %0, a5"
                   : "=r"(value) : "r"(slot) : "s1", "a5", "memory");
  check(value == 0x74726976, "c.lw of a virtio slot");
  __asm__ volatile("mv s2, %1\nlw s3, 0(s2)\nmv %0, s3"
                   : "=r"(value) : "r"(slot) : "s2", "s3", "memory");
  check(value == 0x74726976, "lw into a register that C preserves");
  __asm__ volatile("mv t0, sp\nmv sp, %1\nlw t1, 0(sp)\nc.lwsp t2, 0(sp)\nmv sp, t0\nsub %0, t1, t2"
                   : "=r"(value) : "r"(slot) : "t0", "t1", "t2", "memory");
  check(value == 0, "lw and c.lwsp by the stack pointer");
  __asm__ volatile("lw zero, 0(%0)" : : "r"(slot) : "memory");
  for(uint i = 0; i < VIRT_VIRTIO_SLOTS; i++)
    check(read32(slot + i * VIRT_VIRTIO_STEP) == 0x74726976, "each slot has the magic");
  put("hart: devices ok\n");
}

void
main(void)
{
  exceptions();
  nowhere();
  translation_register();
  counters();
  timer();
  own_interrupt();
  firmware();
  external_interrupt();
  device_access();
  put("hart: ok\n");
}
