// Random accesses to the registers of the devices that a guest has, of all widths and mostly where
// registers are, with values that mean something. What a register says depends on all that went
// before. Runs on the board and in a guest; each line, a sum of the outcomes so far, must come out in
// both. No queue ever works, and no interrupt is taken; sip says that one is there.

#include "payload.h"
#include "virt.h"

#define ACCESSES 10000
#define A_LINE   250
#define SSTATUS_FS_INITIAL (1UL << 13)
#define SIP_SEIP (1UL << 9)

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

// An access by a0 (fa0) at a1, and a breakpoint.
#define EBREAK        0x00100073U
#define SHORT(code)   { 0x90020000U | (code), 0 } // with c.ebreak
#define LB  0
#define LBU 1
#define LW  4
#define SB  7
#define SW  9
static const uint32 accesses[][2] __attribute__((aligned(4))) = {
  { 0x00058503, EBREAK }, { 0x0005c503, EBREAK }, { 0x00059503, EBREAK }, // lb, lbu, lh
  { 0x0005d503, EBREAK }, { 0x0005a503, EBREAK }, { 0x0005e503, EBREAK }, // lhu, lw, lwu
  { 0x0005b503, EBREAK }, { 0x00a58023, EBREAK }, { 0x00a59023, EBREAK }, // ld, sb, sh
  { 0x00a5a023, EBREAK }, { 0x00a5b023, EBREAK }, { 0x0005a507, EBREAK }, // sw, sd, flw
  { 0x0005b507, EBREAK }, { 0x00a5a027, EBREAK }, { 0x00a5b027, EBREAK }, // fld, fsw, fsd
  { 0x00a5a52f, EBREAK }, { 0x00a5b52f, EBREAK }, // amoadd.w, amoadd.d
  SHORT(0x4188), SHORT(0xc188), SHORT(0x6188), SHORT(0xe188), // c.lw, c.sw, c.ld, c.sd
};

static const uint32 virtio_registers[] = {
  0x000, 0x004, 0x008, 0x00c, 0x010, 0x014, 0x020, 0x024, 0x030, 0x034, 0x038, 0x044,
  0x050, 0x060, 0x064, 0x070, 0x080, 0x084, 0x090, 0x094, 0x0a0, 0x0a4, 0x0ac, 0x0b0,
  0x0b4, 0x0b8, 0x0bc, 0x0c0, 0x0fc, 0x100, 0x104, 0x108, 0x110, 0x114, 0x118, 0x120,
};
// Features, queue, interrupt, status.
static const uint32 state_registers[] = {
  0x020, 0x024, 0x030, 0x038, 0x044, 0x044, 0x050, 0x060, 0x060, 0x064, 0x070, 0x070, 0x070,
};
static const uint32 plic_registers[] = {
  0x000000, 0x000004, 0x000020, 0x000024, 0x000028, 0x00002c, 0x00017c, 0x000180, 0x001000,
  0x001004, 0x002000, 0x002080, 0x002084, 0x200000, 0x200004, 0x201000, 0x201004, 0x202000,
};
static const uint64 values[] = {
  0, 1, 2, 3, 4, 7, 8, 10, 11, 15, 16, 64, 128, 255, 256, 0x400, VIRT_RAM, 0x80010000, ~0UL,
  VIRT_VIRTIO,
};

static uint64 root[512] __attribute__((aligned(4096)));
static uint64 random_state;

static uint64
chance(uint64 below)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (random_state >> 11) % below;
}

// Half of all are to what the state of the disk depends on. Never to the UART's first byte, which
// prints.
static uint64
place(int *plain)
{
  *plain = chance(2);
  if(*plain)
    return VIRT_VIRTIO + state_registers[chance(COUNT(state_registers))];
  uint64 at = VIRT_UART + 1 + chance(7), kind = chance(4);
  if(kind < 2)
    at = VIRT_VIRTIO + (chance(3) ? 0 : chance(VIRT_VIRTIO_SLOTS) * VIRT_VIRTIO_STEP) +
         virtio_registers[chance(COUNT(virtio_registers))];
  else if(kind == 2)
    at = VIRT_PLIC + plic_registers[chance(COUNT(plic_registers))];
  return chance(16) ? at : at + chance(8);
}

static uint64
value_for(uint64 at)
{
  uint64 value = chance(3) ? values[chance(COUNT(values))] : random_state;
  if(at == VIRT_UART + 3)
    return value & ~0x80UL; // the divisor would hide the transmitter
  return at == VIRT_UART + 4 ? value & ~0x10UL : value; // nor what it sends come back
}

static uint64
access(uint64 sum)
{
  struct outcome o;
  int plain;
  uint64 at = place(&plain), value = value_for(at), code = chance(COUNT(accesses)), single;
  if(plain){
    value = chance(16);
    code = code % 2 ? LW : SW;
  } else if(at - VIRT_UART < 8)
    code = code % 2 ? SB : code % 4 ? LB : LBU; // wider ones reach its other registers
  csr_clear(sstatus, SSTATUS_SPIE);
  csr_set(sstatus, SSTATUS_SPP | SSTATUS_FS_INITIAL);
  if(chance(64) == 0){
    csr_write(satp, csr_read(satp) ? 0 : MAKE_SATP(root));
    sfence_vma();
  }
  attempt(&o, (uint64)accesses[code], value, at);
  __asm__ volatile(".option push; .option arch, +d; fmv.x.d %0, fa0; .option pop" : "=r"(single));
  sum = sum * 31 + o.cause;
  sum = sum * 31 + (o.cause == CAUSE_BREAKPOINT ? 0 : o.tval);
  sum = sum * 31 + o.a0;
  sum = sum * 31 + single;
  return sum * 31 + (csr_read(sip) & SIP_SEIP);
}

static void
try(uint64 seed)
{
  uint64 sum = 0;
  random_state = 88172645463325252UL + seed * 7919;
  for(uint n = 0; n < ACCESSES; n++){
    sum = access(sum);
    if(n % A_LINE != A_LINE - 1)
      continue;
    put("registers ");
    put_number(seed);
    put(" to ");
    put_number(n);
    put(": ");
    put_hex(sum);
    put("\n");
  }
}

void
main(void)
{
  uint64 all = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
  root[PX(2, 0)] = PA2PTE(0UL) | all;
  root[PX(2, VIRT_RAM)] = PA2PTE(VIRT_RAM) | all | PTE_X;
  csr_set(sstatus, SSTATUS_FS_INITIAL);
  __asm__ volatile(".option push; .option arch, +d; fmv.d.x fa0, zero; .option pop");
  for(uint i = 1; i < 5; i++)
    *(volatile uint8 *)(VIRT_UART + i) = 0; // what the firmware left differs
  for(uint64 seed = 4; seed < 8; seed++)
    try(seed);
  put("registers: ok\n");
}
