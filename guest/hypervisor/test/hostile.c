// A guest that means harm, or knows no better: malformed rings, addresses that are not its own,
// register accesses of every width to every device, SBI calls with nonsense. It must come to its
// last line: whatever it does, neither Memvisor nor the device in slot 0 (a disk) may break by it.

#include "disk.h"
#include "payload.h"
#include "sbi_numbers.h"
#include "virt.h"

#define SIZE 8
#define RAM_END (VIRT_RAM + (128UL << 20)) // as guest-memory=128 has it

static uint8 data[8192] __attribute__((aligned(4096)));
static uint64 random_state = 88172645463325252UL;

static uint64
chance(uint64 below)
{
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return (random_state >> 11) % below;
}

static void
start(void)
{
  disk_start(SIZE, desc, &avail, &used);
  check(!(disk_get(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET), "a proper ring is accepted");
}

// The disk works: what is written to it is read back, across frames.
static void
works(void)
{
  start();
  for(uint i = 0; i < 1024; i++)
    data[4096 - 512 + i] = i * 7 + random_state;
  uint8 first = data[4096 - 512], last = data[4096 + 511];
  disk_request(1, 2, data + 4096 - 512, 1024);
  disk_notify(SIZE);
  while(used.index != 1)
    ;
  check(state == 0 && used.ring[0].id == 0, "a write is done");
  for(uint i = 0; i < sizeof(data); i++)
    data[i] = 0;
  disk_request(0, 2, data + 4096 - 512, 1024);
  disk_notify(SIZE);
  while(used.index != 2)
    ;
  check(state == 0 && used.ring[1].bytes >= 1024, "a read is done");
  check(data[4096 - 512] == first && data[4096 + 511] == last && data[4096 + 512] == 0,
        "it brings what was written");
}

static void
refused(const char *what)
{
  uint32 status = disk_get(VIRTIO_MMIO_STATUS);
  check(status & VIRTIO_STATUS_NEEDS_RESET, what);
  check(!(disk_get(VIRTIO_MMIO_INTERRUPT_STATUS) & 2) == !(status & VIRTIO_STATUS_DRIVER_OK),
        "a driver is told by an interrupt, once it is there");
  disk_set(VIRTIO_MMIO_QUEUE_NOTIFY, 0); // is not heard any more
  disk_set(VIRTIO_MMIO_QUEUE_READY, 0);
  check(disk_get(VIRTIO_MMIO_QUEUE_READY) == 0, "the queue is no longer ready");
  disk_set(VIRTIO_MMIO_QUEUE_READY, 1);
  check(disk_get(VIRTIO_MMIO_QUEUE_READY) == 1, "its bit is a bit");
  check(disk_get(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET,
        "nor is the device before a reset");
}

static void
bad_rings(void)
{
  static const struct {
    uint32 size;
    uint64 desc, avail, used;
  } bad[] = {
    { 0, 0, 0, 0 }, { 3, 0, 0, 0 }, { 70000, 0, 0, 0 }, { 0x80000000U, 0, 0, 0 },
    { SIZE, 8, 0, 0 }, { SIZE, 0, 1, 0 }, { SIZE, 0, 0, 2 },
    { SIZE, ~0UL << 4, 0, 0 }, { SIZE, 0, ~1UL, 0 }, { SIZE, 0, 0, ~3UL },
  };
  for(uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++){
    disk_begin(bad[i].size, (char *)desc + bad[i].desc, (char *)&avail + bad[i].avail,
          (char *)&used + bad[i].used);
    disk_set(VIRTIO_MMIO_QUEUE_READY, 1);
    if(bad[i].desc == ~0UL << 4) // 16 bytes before it: still its own memory
      disk_set(VIRTIO_MMIO_STATUS, 0);
    else if(bad[i].avail != ~1UL && bad[i].used != ~3UL)
      refused("a malformed ring");
  }
  static const uint64 places[] = {
    0, 0x10001000, VIRT_RAM - 16, RAM_END - 16, RAM_END, 1UL << 40, -16UL,
  };
  for(uint i = 0; i < sizeof(places) / sizeof(places[0]); i++){
    disk_begin(SIZE, (void *)places[i], &avail, &used);
    disk_set(VIRTIO_MMIO_QUEUE_READY, 1);
    refused("a ring outside memory");
    disk_begin(SIZE, desc, &avail, (void *)places[i]);
    disk_set(VIRTIO_MMIO_QUEUE_READY, 1);
    refused("a used ring outside memory");
  }
  works();
  put("hostile: rings ok\n");
}

static void
bad_chains(void)
{
  static const struct desc bad[] = {
    { 0, 512, 2, 0 },
    { VIRT_RAM - 1, 512, 2, 0 },
    { RAM_END - 511, 512, 2, 0 },
    { RAM_END, 1, 2, 0 },
    { -512UL, 1024, 2, 0 },
    { 0x10001050, 4, 2, 0 },
    { VIRT_RAM, 0xffffffff, 2, 0 },
    { VIRT_RAM, 0, 2, 0 },
    { VIRT_RAM, 16, 4, 0 },    // indirect
    { VIRT_RAM, 16, 1, 0 },    // its own successor
    { VIRT_RAM, 16, 1, SIZE }, // a successor outside the ring
  };
  for(uint i = 0; i < sizeof(bad) / sizeof(bad[0]); i++){
    start();
    desc[0] = bad[i];
    disk_notify(SIZE);
    refused("a malformed chain");
  }
  // Sound, but no request: what is read follows what is written; it is too short; no status byte.
  static const struct desc odd[][2] = {
    { { VIRT_RAM, 512, 3, 1 }, { VIRT_RAM, 16, 0, 0 } },
    { { VIRT_RAM, 8, 1, 1 }, { VIRT_RAM + 512, 1, 2, 0 } },
    { { VIRT_RAM, 16, 1, 1 }, { VIRT_RAM + 512, 16, 0, 0 } },
  };
  for(uint i = 0; i < sizeof(odd) / sizeof(odd[0]); i++){
    start();
    desc[0] = odd[i][0];
    desc[1] = odd[i][1];
    disk_notify(SIZE);
    refused("a chain that is no request");
  }
  start();
  avail.ring[0] = SIZE;
  avail.index = 1;
  disk_set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
  refused("a head outside the ring");
  start();
  avail.index = SIZE + 1;
  disk_set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
  refused("more chains than the ring holds");
  works();
  put("hostile: chains ok\n");
}

// One access of a random kind; a fault of the guest's own is as good an answer as any.
static void
poke(uint64 at)
{
  // lb, lh, lw, ld; sb, sh, sw, sd; amoadd.w; each with an ebreak after it.
  static const uint32 code[][2] = {
    { 0x00058503, 0x00100073 }, { 0x00059503, 0x00100073 }, { 0x0005a503, 0x00100073 },
    { 0x0005b503, 0x00100073 }, { 0x00a58023, 0x00100073 }, { 0x00a59023, 0x00100073 },
    { 0x00a5a023, 0x00100073 }, { 0x00a5b023, 0x00100073 }, { 0x00a5a52f, 0x00100073 },
  };
  static const uint64 answers = 1UL << CAUSE_BREAKPOINT | 1UL << CAUSE_LOAD_ACCESS |
                                1UL << CAUSE_STORE_ACCESS | 1UL << CAUSE_LOAD_MISALIGNED |
                                1UL << CAUSE_STORE_MISALIGNED;
  struct outcome o;
  csr_clear(sstatus, SSTATUS_SPIE);
  csr_set(sstatus, SSTATUS_SPP);
  attempt(&o, (uint64)code[chance(9)], random_state, at);
  check(o.cause < 64 && (answers >> o.cause & 1), "an access to a device");
}

static void
pokes(void)
{
  for(uint i = 0; i < 2000; i++){
    poke(VIRT_VIRTIO + chance(8) * 0x1000 + chance(chance(4) == 0 ? 0x1000 : 0x110));
    poke(VIRT_PLIC + chance(chance(2) ? 0x3000 : 0x202000));
    poke(chance(1UL << chance(31))); // the finisher among them, but hardly its first bytes
    if(i % 64 == 0)
      poke(VIRT_UART + 1 + chance(6)); // not its output
  }
  *(volatile uint8 *)(VIRT_UART + 3) = 3;
  works();
  put("hostile: pokes ok\n");
}

static void
calls(void)
{
  static const uint64 extensions[] = {
    SBI_BASE, SBI_TIME, SBI_IPI, SBI_RFENCE, SBI_SRST, SBI_DBCN, SBI_LEGACY_CLEAR_IPI,
    SBI_LEGACY_SEND_IPI, SBI_LEGACY_FENCE_I, SBI_LEGACY_SFENCE, SBI_LEGACY_SFENCE_ASID,
  };
  for(uint i = 0; i < 2000; i++){
    register uint64 a0 __asm__("a0") = chance(2) ? random_state : chance(4);
    register uint64 a1 __asm__("a1") = chance(2) ? random_state : chance(4);
    register uint64 a2 __asm__("a2") = random_state;
    register uint64 a6 __asm__("a6") = chance(9);
    register uint64 a7 __asm__("a7") = chance(4) == 0 ? random_state : extensions[chance(11)];
    // Not those that end the machine, which would be right, nor those that print.
    if(a7 == SBI_SRST)
      a0 |= 8;
    if(a7 == SBI_LEGACY_SHUTDOWN || a7 == SBI_LEGACY_PUTCHAR || a7 == SBI_HSM ||
       (a7 == SBI_DBCN && a6 != SBI_DBCN_READ))
      continue;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
  }
  csr_write(sie, 0);
  works();
  put("hostile: calls ok\n");
}

void
main(void)
{
  works();
  bad_rings();
  bad_chains();
  pokes();
  calls();
  put("hostile: ok\n");
}
