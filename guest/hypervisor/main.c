// Memvisor: runs an unmodified kernel in VS-mode and keeps a backup of every frame that the kernel
// uses.

#include "memory/arena.h"
#include "backup/backup.h"
#include "memory/frames.h"
#include "guest/guest.h"
#include "guest/guest_tree.h"
#include "machine/h_csr.h"
#include "guest/load.h"
#include "machine/machine.h"
#include "device/mediate.h"
#include "paging/paging.h"
#include "machine/print.h"
#include "machine/probe.h"

// Bytes of the bank of originals that Memvisor keeps, if the boot arguments do not say how much is the
// guest's.
#define OWN_MEMORY (64UL << 20)

struct audit_visor audit_visor;
static struct guest guest;

void guest_enter(struct vcpu *vcpu) __attribute__((noreturn));

static uint64
guest_bytes(void)
{
  uint64 bank = machine.original.bytes;
  uint64 otherwise = bank > OWN_MEMORY ? (bank - OWN_MEMORY) >> 20 : 0;
  uint64 mebibytes = machine_argument("guest-memory", otherwise);
  if(mebibytes == 0 || mebibytes >= bank >> 20)
    panic("main: expected guest-memory=MiB smaller than the bank of originals, got otherwise");
  return mebibytes << 20;
}

static void
audit_init(void)
{
  audit_visor.magic = AUDIT_MAGIC;
  audit_visor.version = AUDIT_VERSION;
  audit_visor.guest_base = guest.base;
  audit_visor.guest_frames = guest.frames;
  audit_visor.guest_map = (uint64)guest.map;
  audit_visor.originals_base = originals.base;
  audit_visor.originals_count = originals.count;
  audit_visor.frames = (uint64)originals.frame;
  backup_audit(&audit_visor);
  paging_audit(&audit_visor);
}

// The hart as a guest's hart: what traps to whom, which timer, and what it may count.
static void
hart_init(void)
{
  csr_write(hideleg, VS_INTERRUPTS);
  csr_write(hedeleg, GUEST_EXCEPTIONS);
  csr_write(hvip, 0);
  csr_write(hcounteren, COUNTERS_CYCLE_TIME_INSTRET);
  csr_write(htimedelta, 0);
  csr_write(henvcfg, HENVCFG_STCE | HENVCFG_ADUE | HENVCFG_CACHE_BLOCKS);
  guest.native_timer = (csr_read(henvcfg) & HENVCFG_STCE) != 0;
  // If S-mode could have had A and D set by hardware here, a guest's kernel may rely on it.
  guest.hardware_ad = (csr_read(henvcfg) & HENVCFG_ADUE) != 0;
  if(guest.native_timer)
    csr_write(0x24d, ~0UL); // vstimecmp
  csr_set(sstatus, SSTATUS_FS_INITIAL); // without F it stays 0
  csr_write(hstatus, HSTATUS_VSXL | HSTATUS_SPV | HSTATUS_SPVP); // sret enters VS-mode
  paging_hart_init();
}

static void
guest_start(uint64 entry)
{
  csr_write(vsstatus, SSTATUS_FS); // as firmware leaves it
  csr_write(vsie, 0);
  csr_write(vstvec, 0);
  csr_write(sepc, entry);
  csr_set(sstatus, SSTATUS_SPP);
  guest.vcpu.x[10] = 0; // its hart
  guest.vcpu.x[11] = GUEST_TREE_BASE;
  guest_enter(&guest.vcpu);
}

void
main(uint64 hart, uint64 tree)
{
  machine_discover(hart, tree);
  probe_hypervisor();
  paging_probe();
  arena_init();
  guest_create(&guest, 0, guest_bytes());
  uint32 tables = paging_init();
  backup_init(tables, guest.frames, machine_argument("seed", 0));
  mediate_init(&guest);
  frames_init(guest.frames, machine_argument("seed", 0)); // last: it takes what the others leave
  hart_init();
  uint64 entry = load_kernel(&guest, machine.initrd);
  guest_tree_write(&guest);
  paging_create(&guest);
  audit_init();
  guest_start(entry);
}
