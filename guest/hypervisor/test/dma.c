// What a device writes into a page table: a used ring, a buffer, a status byte. The hart may see it
// early, but sees it after the next fence. Runs on the board and in a guest; each line must come out
// in both.

#include "disk.h"
#include "payload.h"
#include "virt.h"

#define SIZE    8
#define MAPPED  0x140000000UL
#define ENTRIES 512
#define SECTOR  512
#define RAM_END (VIRT_RAM + (128UL << 20))

typedef uint64 table[ENTRIES];

static table root __attribute__((aligned(4096)));
static table middle __attribute__((aligned(4096)));
static table leaves __attribute__((aligned(4096)));
static table frames[8] __attribute__((aligned(4096)));
static table image __attribute__((aligned(4096))); // what the disk holds: a table in its making

static const uint64 all = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;

// Each page is mapped and has been loaded from, so that a shadow has all entries.
static void
fill(void)
{
  for(int i = 0; i < ENTRIES; i++)
    leaves[i] = PA2PTE(frames[i % 8]) | all;
  root[PX(2, 0)] = PA2PTE(0UL) | all;
  root[PX(2, VIRT_RAM)] = PA2PTE(VIRT_RAM) | all | PTE_X;
  root[PX(2, MAPPED)] = PA2PTE(middle) | PTE_V;
  middle[0] = PA2PTE(leaves) | PTE_V;
  csr_write(satp, MAKE_SATP(root));
  sfence_vma();
  for(uint64 va = MAPPED; va < MAPPED + ENTRIES * PGSIZE; va += PGSIZE)
    check(*(volatile uint64 *)va == 0, "a page is mapped");
}

// Whether the hart finds what the table says, for all entries; what it finds is said as a number.
static void
compare(const char *what)
{
  uint64 digest = 0;
  sfence_vma();
  for(int i = 0; i < ENTRIES; i++){
    struct outcome o;
    uint64 pte = leaves[i], pa = PTE2PA(pte);
    int expected = (pte & PTE_V) && (pte & PTE_R) && (pte & PTE_A) && !(pte >> 54) &&
                   pa >= VIRT_RAM && pa < RAM_END;
    csr_clear(sstatus, SSTATUS_SPIE);
    csr_set(sstatus, SSTATUS_SPP);
    attempt(&o, (uint64)stubs + STUB_LOAD, 0, MAPPED + i * PGSIZE);
    check((o.cause == CAUSE_BREAKPOINT) == expected, what);
    if(expected)
      check(o.a0 == *(uint64 *)pa, what);
    digest = digest * 31 + o.cause;
  }
  csr_write(satp, 0);
  put("dma: ");
  put(what);
  put(" ok, ");
  put_hex(digest);
  put("\n");
}

static void
start(const volatile void *u)
{
  disk_start(SIZE, desc, &avail, u);
  check(!(disk_get(VIRTIO_MMIO_STATUS) & VIRTIO_STATUS_NEEDS_RESET), "a proper ring is accepted");
}

// Waits by what the device writes last, not by the ring.
static void
wait(const volatile uint8 *byte, uint8 other)
{
  while(*byte == other)
    ;
}

// Used elements lie in the entries from 0 on: id and length are nothing that is valid.
static void
used_ring(void)
{
  volatile struct used *ring = (volatile struct used *)leaves;
  fill();
  start(leaves);
  for(int i = 0; i < 5; i++){
    disk_request(0, 0, image, SECTOR);
    uint16 before = ring->index; // the table has it as a part of an entry
    disk_notify(SIZE);
    while(ring->index == before)
      ;
  }
  disk_set(VIRTIO_MMIO_STATUS, 0);
  compare("a used ring in a page table");
}

// A sector of another table is read over the middle of this one.
static void
buffer(void)
{
  for(int i = 0; i < ENTRIES; i++)
    image[i] = i % 3 == 0 ? 0 : PA2PTE(frames[(i + 1) % 8]) | all;
  start(&used);
  disk_request(1, 0, image, SECTOR);
  disk_notify(SIZE);
  while(used.index != 1)
    ;
  fill();
  disk_request(0, 0, &leaves[64], SECTOR);
  disk_notify(SIZE);
  while(used.index != 2)
    ;
  compare("a buffer in a page table");
}

// The guest sees the data before it hears of it: no ring, no interrupt, only the byte.
static void
unheard(void)
{
  fill();
  start(&used);
  disk_request(0, 0, &leaves[128], SECTOR);
  disk_notify(SIZE);
  wait(&state, 0xff);
  compare("a buffer in a page table, before the ring");
  fill();
  disk_request(0, 0, &leaves[192], SECTOR);
  disk_notify(SIZE);
  wait(&state, 0xff);
  disk_set(VIRTIO_MMIO_STATUS, 0);
  compare("a buffer in a page table, and a reset");
}

// A frame that becomes a table while a device may write it.
static void
meanwhile(void)
{
  fill();
  middle[0] = 0;
  sfence_vma();
  start(&used);
  disk_request(0, 0, &leaves[256], SECTOR);
  disk_notify(SIZE);
  middle[0] = PA2PTE(leaves) | PTE_V;
  sfence_vma();
  for(int i = 256; i < 320; i++){
    struct outcome o;
    csr_set(sstatus, SSTATUS_SPP);
    attempt(&o, (uint64)stubs + STUB_LOAD, 0, MAPPED + i * PGSIZE);
  }
  wait(&state, 0xff);
  compare("a table that was a buffer first");
}

// The status byte of a request over the lowest byte of an entry: 0, so that it is not valid.
static void
status(void)
{
  fill();
  start(&used);
  disk_request(0, 0, image, SECTOR);
  desc[2].address = (uint64)&leaves[400];
  disk_notify(SIZE);
  while(used.index != 1)
    ;
  check((leaves[400] & 0xff) == 0, "the request went well");
  compare("a status byte in a page table");
}

void
main(void)
{
  for(int f = 0; f < 8; f++)
    frames[f][0] = 0;
  used_ring();
  buffer();
  unheard();
  meanwhile();
  status();
  put("dma: ok\n");
}
