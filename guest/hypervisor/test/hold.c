// A guest that tries to make each kind of exit long. What it does is nothing forbidden; it must come to
// its last line, and how long Memvisor was busy at a time is measured from outside (timed.c).

#include "disk.h"
#include "payload.h"
#include "sbi_numbers.h"
#include "virt.h"

#define ENTRIES  512
#define MANY     128                          // tables, full ones
#define POOL     0x82000000UL                 // memory for tables, and beyond it for buffers
#define BUFFERS  0x84000000UL
#define MAPPED   0x140000000UL
#define L1_BYTES (1UL << 30)
#define L0_BYTES (1UL << 21)
#define SIZE     DISK_ENTRIES
#define CHAIN_BYTES (4UL << 20)

typedef uint64 table[ENTRIES];

static table root __attribute__((aligned(4096)));
static table middle __attribute__((aligned(4096)));
static table page __attribute__((aligned(4096)));
static const uint64 all = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;

static uint64 *
pool(uint64 n)
{
  return (uint64 *)(POOL + n * PGSIZE);
}

static void
identity(uint64 *at)
{
  at[PX(2, 0)] = PA2PTE(0UL) | all;
  at[PX(2, VIRT_RAM)] = PA2PTE(VIRT_RAM) | all | PTE_X;
}

static void
enter(uint64 *at)
{
  csr_write(satp, MAKE_SATP(at));
  sfence_vma();
}

static void
done(const char *what)
{
  csr_write(satp, 0);
  put("hold: ");
  put(what);
  put("\n");
}

// `tables` tables whose entries 0 to `entries` - 1 all lead to `pa`, under `middle`.
static void
alias(uint64 tables, uint64 entries, uint64 pa, uint64 flags)
{
  identity(root);
  for(uint64 n = 0; n < ENTRIES; n++)
    middle[n] = 0;
  root[PX(2, MAPPED)] = PA2PTE(middle) | PTE_V;
  for(uint64 n = 0; n < tables; n++){
    for(uint64 i = 0; i < ENTRIES; i++)
      pool(n)[i] = i < entries ? PA2PTE(pa) | flags : 0;
    middle[n] = PA2PTE(pool(n)) | PTE_V;
  }
  enter(root);
}

static void
touch(uint64 tables, uint64 entries, int store)
{
  for(uint64 n = 0; n < tables; n++){
    for(uint64 i = 0; i < entries; i++){
      volatile uint64 *at = (volatile uint64 *)(MAPPED + n * L0_BYTES + i * PGSIZE);
      if(store)
        at[1] = 0; // an entry of its own, where the page is a table
      else
        (void)*at;
    }
  }
}

// One frame at very many addresses, and away again: by its branch, and by all its leaves.
static void
aliases(void)
{
  alias(MANY, ENTRIES, (uint64)page, PTE_V | PTE_R | PTE_A);
  touch(MANY, ENTRIES, 0);
  root[PX(2, MAPPED)] = 0;
  sfence_vma();
  done("one frame at many addresses, its branch dropped");
  alias(MANY, ENTRIES, (uint64)page, PTE_V | PTE_R | PTE_A);
  touch(MANY, ENTRIES, 0);
  for(uint64 n = 0; n < MANY; n++)
    for(uint64 i = 0; i < ENTRIES; i++)
      pool(n)[i] = 0;
  sfence_vma();
  done("one frame at many addresses, all its leaves dropped");
}

// A frame that is writable at very many addresses becomes a page table, and is one at each fence.
static void
writable(void)
{
  alias(MANY / 2, ENTRIES, (uint64)page, all);
  touch(MANY / 2, ENTRIES, 1);
  page[0] = PA2PTE(pool(0)) | PTE_V | PTE_R | PTE_A;
  middle[ENTRIES - 1] = PA2PTE(page) | PTE_V;
  for(int i = 0; i < 4; i++){
    sfence_vma();
    (void)*(volatile uint64 *)(MAPPED + (ENTRIES - 1) * L0_BYTES);
    touch(MANY / 2, 1, 1);
  }
  done("a page table that is writable at many addresses");
}

// As many tables as there can be, each with few entries, all changed before one fence.
static void
tables(void)
{
  for(int again = 0; again < 2; again++){
    uint64 *second = pool(4096), count = 3900;
    identity(root);
    for(uint64 n = 0; n < count; n++){
      uint64 *upper = second + n / ENTRIES * ENTRIES;
      for(uint64 i = 0; i < ENTRIES; i++)
        pool(n)[i] = i < 4 ? PA2PTE(page) | PTE_V | PTE_R | PTE_A : 0;
      upper[n % ENTRIES] = PA2PTE(pool(n)) | PTE_V;
      root[PX(2, MAPPED) + n / ENTRIES] = PA2PTE(upper) | PTE_V;
    }
    enter(root);
    for(uint64 n = 0; n < count; n++)
      (void)*(volatile uint64 *)(MAPPED + n * L0_BYTES);
    for(uint64 n = 0; n < count; n++){
      if(again)
        pool(n)[0] = 0;
      for(int i = 1; i < 4; i++)
        pool(n)[i] = PA2PTE(page) | PTE_V | PTE_R | PTE_A;
    }
    sfence_vma();
  }
  done("many tables changed before one fence");
}

// A table with very many branches to it, from several tables, that becomes empty.
static void
branches(void)
{
  identity(root);
  for(uint64 n = 0; n < 16; n++){
    for(uint64 i = 0; i < ENTRIES; i++)
      pool(n)[i] = PA2PTE(page) | PTE_V;
    root[PX(2, MAPPED) + n] = PA2PTE(pool(n)) | PTE_V;
  }
  for(uint64 i = 0; i < ENTRIES; i++)
    page[i] = PA2PTE(middle) | PTE_V | PTE_R | PTE_A;
  enter(root);
  for(uint64 va = MAPPED; va < MAPPED + 16 * L1_BYTES; va += L0_BYTES)
    (void)*(volatile uint64 *)va;
  for(uint64 i = 0; i < ENTRIES; i++)
    page[i] = 0;
  sfence_vma();
  done("a table with many branches to it");
}

// More roots than can be kept, with tables of their own, in turn.
static void
roots(void)
{
  for(uint64 r = 0; r < 160; r++){
    uint64 *at = pool(3 * r);
    for(uint64 i = 0; i < 3 * ENTRIES; i++)
      at[i] = 0;
    identity(at);
    at[PX(2, MAPPED)] = PA2PTE(at + ENTRIES) | PTE_V;
    at[ENTRIES] = PA2PTE(at + 2 * ENTRIES) | PTE_V;
    for(uint64 i = 0; i < ENTRIES; i++)
      at[2 * ENTRIES + i] = PA2PTE(page) | all;
    enter(at);
    touch(1, ENTRIES, 1);
    at[2 * ENTRIES + r] = 0;
  }
  for(uint64 r = 0; r < 160; r++)
    csr_write(satp, MAKE_SATP(pool(3 * r)));
  done("many roots");
}

static void
chains(uint32 type, uint64 buffers, uint64 step)
{
  for(int i = 0; i < SIZE; i++){
    uint64 at = buffers + i * step;
    desc[i] = (struct desc){ at, CHAIN_BYTES / SIZE, type == 0 ? VIRTQ_DESC_F_WRITE : 0, i + 1 };
    desc[i].flags |= i + 1 < SIZE ? VIRTQ_DESC_F_NEXT : 0;
    avail.ring[i] = 0;
  }
  __asm__ volatile("fence" : : : "memory");
  avail.index += SIZE;
  disk_set(VIRTIO_MMIO_QUEUE_NOTIFY, 0);
}

// A ring full of the longest chains, over memory that is not there yet and over memory that is.
static void
disk(void)
{
  for(int i = 0; i < 12; i++){
    disk_start(SIZE, desc, &avail, &used);
    chains(i & 1, BUFFERS + i / 2 * CHAIN_BYTES, CHAIN_BYTES / SIZE);
    for(volatile int wait = 0; wait < 20000; wait++)
      ;
    disk_set(VIRTIO_MMIO_STATUS, 0);
  }
  done("rings full of long chains");
}

static void
call(uint64 extension, uint64 function, uint64 first, uint64 second)
{
  register uint64 a0 __asm__("a0") = first;
  register uint64 a1 __asm__("a1") = second;
  register uint64 a2 __asm__("a2") = 0;
  register uint64 a3 __asm__("a3") = ~0UL;
  register uint64 a6 __asm__("a6") = function;
  register uint64 a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
}

// Lengths and masks as large as they can be.
static void
calls(void)
{
  static const uint64 mask[] = { 1, ~0UL, 1UL << 63 };
  for(uint i = 0; i < 3; i++){
    for(uint64 function = 0; function < 7; function++){
      call(SBI_RFENCE, function, mask[i], 0);
      call(SBI_RFENCE, function, mask[i], ~0UL);
    }
    call(SBI_IPI, 0, mask[i], 0);
    call(SBI_IPI, 0, mask[i], ~0UL);
  }
  for(uint64 at = BUFFERS; at < BUFFERS + (8UL << 20); at += 1UL << 20){
    call(SBI_DBCN, 0, ~0UL, at);
    call(SBI_DBCN, 1, ~0UL, at);
  }
  done("calls with large operands");
}

void
main(void)
{
  aliases();
  writable();
  tables();
  branches();
  roots();
  disk();
  calls();
  put("hold: ok\n");
}
