// What a hart needs before S-mode code can run: memory protection that keeps S-mode out of the firmware and
// lets everything else pass, traps handed down to S-mode (and VS-mode's, through HS-mode), counters to be
// read, the timer; then the payload. Invariant: a payload finds what OpenSBI would have left it, by every
// register that it can read (state.c).

#include "firmware.h"

// Everything that a kernel or a hypervisor handles itself. What stays here: calls from S-mode (9)
// and M-mode (11). VS-mode's calls (10), guest page faults (20 to 23) and hardware errors (19) go
// to HS-mode.
#define DELEGATED_EXCEPTIONS (0xf0b5ffUL | 1UL << CAUSE_HARDWARE_ERROR)
#define DELEGATED_INTERRUPTS (IP_SSIP | IP_STIP | IP_SEIP)
#define ALL_COUNTERS         0xffffffffUL // S-mode may read them
#define USER_COUNTERS        7 // cycle, time, instret: U-mode may, until the payload says otherwise
#define PMP_NONE             0x18UL // NAPOT: nothing for S and U
#define PMP_ALL              0x1fUL // NAPOT: read, write, execute
#define PMP_NAPOT(at, bytes) ((at) >> 2 | ((bytes) / 8 - 1))
#define SATP_BARE            0
#define MENVCFG_CBZE         (1UL << 7) // S-mode may use cbo.zero, which the device tree promises

// What QEMU's reset ROM passes in a2: where the payload begins (OpenSBI's fw_dynamic_info).
struct dynamic_info {
  uint64 magic, version, next_address, next_mode, options, boot_hart;
};

#define DYNAMIC_MAGIC 0x4942534fUL // "OSBI"

// Sets this hart up, and goes to S-mode at an address with its number and an argument.
void
hart_enter(uint64 at, uint64 hart, uint64 argument)
{
  probe_write(pmpaddr0, PMP_NAPOT(VIRT_RAM, PROTECTED_BYTES));
  probe_write(pmpaddr1, ~0UL);
  probe_write(pmpcfg0, PMP_ALL << 8 | PMP_NONE);
  csr_write(medeleg, DELEGATED_EXCEPTIONS);
  csr_write(mideleg, DELEGATED_INTERRUPTS);
  probe_write(mcounteren, ALL_COUNTERS);
  csr_write(scounteren, USER_COUNTERS);
  probe_set(0x30a, MENVCFG_CBZE); // menvcfg
  timer_init();
  csr_write(mie, IP_MSIP);
  register uint64 a0 __asm__("a0") = hart;
  register uint64 a1 __asm__("a1") = argument;
  csr_write(mepc, at);
  csr_write(satp, SATP_BARE);
  csr_clear(mstatus, MSTATUS_MPP_M | MSTATUS_MPIE | MSTATUS_MPRV | SSTATUS_SIE);
  csr_set(mstatus, MSTATUS_MPP_S | SSTATUS_FS);
  __asm__ volatile("csrw mscratch, sp\n mret" : : "r"(a0), "r"(a1) : "memory");
  __builtin_unreachable();
}

void
firmware_main(uint64 hart_id, uint8 *tree, const struct dynamic_info *info)
{
  csr_write(mscratch, 0);
  console_init();
  harts_count();
  tree_reserve(tree);
  uint64 payload = KERNEL_BASE;
  if(info != NULL && info->magic == DYNAMIC_MAGIC && info->next_address != 0)
    payload = info->next_address;
  hart_enter(payload, hart_id, (uint64)tree);
}

static void
print(const char *s)
{
  for(; *s != 0; s++)
    console_put(*s);
}

static void
print_hex(uint64 n)
{
  print(" 0x");
  for(int shift = 60; shift >= 0; shift -= 4)
    console_put("0123456789abcdef"[n >> shift & 15]);
}

// From entry.S.
void
trap(struct registers *registers)
{
  uint64 cause = csr_read(mcause);
  if(cause == CAUSE_ECALL_S){
    csr_write(mepc, csr_read(mepc) + 4);
    call(registers);
    return;
  }
  if(probe_skip(cause)){
    csr_write(mepc, csr_read(mepc) + 4);
    return;
  }
  if(cause == (CAUSE_INTERRUPT | 7)){
    timer_fired();
    return;
  }
  if(cause == (CAUSE_INTERRUPT | 3)){
    harts_called();
    return;
  }
  print("\nfirmware: trap, mcause");
  print_hex(cause);
  print(" mepc");
  print_hex(csr_read(mepc));
  print(" mtval");
  print_hex(csr_read(mtval));
  print("\n");
  power_off(FINISHER_FAILED);
}

void
power_off(uint32 finisher_word)
{
  *(volatile uint32 *)VIRT_FINISHER = finisher_word;
  for(;;)
    __asm__ volatile("wfi");
}
