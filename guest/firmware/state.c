// The state: an S-mode payload that prints what a firmware has left for it: its registers, what S and U may
// do, and where traps arrive. It asks a firmware only for its console and the end, so any one can run it, and
// what ours and OpenSBI leave can be compared line by line.

#include "riscv.h"
#include "virt.h"
#include "limits.h"
#include "state.h"

#define SCAUSE_DID_IT 3 // the ebreak behind it

#define USER       0
#define SUPERVISOR SPP

// OpenSBI protects as much.
#define FIRMWARE_LAST (VIRT_RAM + PROTECTED_BYTES - 8)
#define NOWHERE       0x08000000UL

// state_entry.S
void attempt(const char *code, uint64 privilege, uint64 argument);
extern const char try_cycle[], try_time[], try_instret[], try_hpmcounter3[], try_stimecmp[], try_load[],
  try_store[], try_jump[], try_illegal[], try_ecall[], try_sfence[], try_satp[], try_float[],
  try_hstatus[];

static void
legacy(uint64 which, uint64 argument)
{
  register uint64 a0 __asm__("a0") = argument;
  register uint64 a7 __asm__("a7") = which;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
}

static void
say(const char *text)
{
  for(; *text != 0; text++)
    legacy(1, *text);
}

static void
say_hex(uint64 n)
{
  int shift = 60;
  while(shift > 0 && n >> shift == 0)
    shift -= 4;
  for(; shift >= 0; shift -= 4)
    legacy(1, "0123456789abcdef"[n >> shift & 15]);
}

static void
say_register(const char *name, uint64 value)
{
  say(name);
  say(" ");
  say_hex(value);
  say("\n");
}

// By number where assemblers do not know the name.
#define show(name, number) say_register(name, csr_read(number))

static void
show_registers(void)
{
  show("sstatus", sstatus);
  show("sie", sie);
  show("sip", sip);
  show("scounteren", scounteren);
  show("senvcfg", 0x10a);
  show("sscratch", sscratch);
  show("sepc", sepc);
  show("scause", scause);
  show("stval", stval);
  show("satp", satp);
}

// Of a hart with H.
static void
show_hypervisor_registers(void)
{
  show("hstatus", 0x600);
  show("hedeleg", 0x602);
  show("hideleg", 0x603);
  show("hie", 0x604);
  show("hip", 0x644);
  show("hvip", 0x645);
  show("htimedelta", 0x605);
  show("hcounteren", 0x606);
  show("hgeie", 0x607);
  show("henvcfg", 0x60a);
  show("htval", 0x643);
  show("htinst", 0x64a);
  show("hgatp", 0x680);
  show("vsstatus", 0x200);
  show("vsie", 0x204);
  show("vstvec", 0x205);
  show("vsscratch", 0x240);
  show("vsepc", 0x241);
  show("vscause", 0x242);
  show("vstval", 0x243);
  show("vsip", 0x244);
  show("vsatp", 0x280);
}

static const struct {
  const char *what, *code;
  uint64 privilege, argument;
} attempts[] = {
  { "S cycle", try_cycle, SUPERVISOR, 0 },
  { "S time", try_time, SUPERVISOR, 0 },
  { "S instret", try_instret, SUPERVISOR, 0 },
  { "S hpmcounter3", try_hpmcounter3, SUPERVISOR, 0 },
  { "S stimecmp", try_stimecmp, SUPERVISOR, 0 },
  { "S sfence.vma", try_sfence, SUPERVISOR, 0 },
  { "S satp", try_satp, SUPERVISOR, 0 },
  { "S float", try_float, SUPERVISOR, 0 },
  { "U cycle", try_cycle, USER, 0 },
  { "U time", try_time, USER, 0 },
  { "U instret", try_instret, USER, 0 },
  { "U hpmcounter3", try_hpmcounter3, USER, 0 },
  { "U ecall", try_ecall, USER, 0 },
  { "U satp", try_satp, USER, 0 },
  { "U illegal", try_illegal, USER, 0 },
  { "S illegal", try_illegal, SUPERVISOR, 0 },
  { "S load nowhere", try_load, SUPERVISOR, NOWHERE },
  { "S store nowhere", try_store, SUPERVISOR, NOWHERE },
  { "S jump nowhere", try_jump, SUPERVISOR, NOWHERE },
  { "S load firmware", try_load, SUPERVISOR, VIRT_RAM },
  { "S store firmware", try_store, SUPERVISOR, VIRT_RAM },
  { "S jump firmware", try_jump, SUPERVISOR, VIRT_RAM },
  { "S load firmware's last", try_load, SUPERVISOR, FIRMWARE_LAST },
  { "S store firmware's last", try_store, SUPERVISOR, FIRMWARE_LAST },
  { "S load behind firmware", try_load, SUPERVISOR, FIRMWARE_LAST + 8 },
  { "S store behind firmware", try_store, SUPERVISOR, FIRMWARE_LAST + 8 },
};

static void
show_attempts(void)
{
  for(uint i = 0; i < sizeof attempts / sizeof attempts[0]; i++){
    attempt(attempts[i].code, attempts[i].privilege, attempts[i].argument);
    uint64 cause = csr_read(scause), value = csr_read(stval);
    say(attempts[i].what);
    if(cause == SCAUSE_DID_IT){
      say(": yes\n");
      continue;
    }
    say(": cause ");
    say_hex(cause);
    say(" stval ");
    say_hex(value);
    say("\n");
  }
}

void
state(uint64 hart, const uint8 *tree)
{
  uint64 vector = csr_read(stvec);
  say("\nstate\n");
  say_register("hart", hart);
  say_register("tree", tree != NULL && tree[0] == 0xd0 && tree[1] == 0x0d);
  say_register("stvec aligned", (vector & 3) == 0);
  show_registers();
  show_attempts();
  attempt(try_hstatus, SUPERVISOR, 0);
  if(csr_read(scause) == SCAUSE_DID_IT)
    show_hypervisor_registers();
  say("end\n");
  legacy(8, 0);
}
