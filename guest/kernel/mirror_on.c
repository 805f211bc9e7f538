// Memv6: the contract of mirror.h kept. Backup frames are allocated when their originals are, entries are
// written when the originals' entries are.
//
// The kernel's own tables for all this are made at boot, so that nothing later can fail halfway: the tables of
// the window (an original's address + MIRROR_OFFSET), and those through which the kernel reaches BACKUP_TABLE
// frames at their own address. Both are BACKUP_TABLE frames themselves.
//
// When the kernel's leaf of a window goes, no fence follows: under this policy nothing uses the window, and
// the way to user mode passes a fence. Whoever comes to use it must fence first.

#include "mirror.h"
#include "backup.h"
#include "devicetree.h"
#include "layout.h"
#include "print.h"
#include "string.h"

#define ENTRIES      512
#define SPAN(level)  (PGSIZE << (9 * (level)))
#define MOST_REGIONS (MAX_FRAMES / ENTRIES + 1) // stretches of 2 MiB that a bank reaches into

_Static_assert(PX(2, FRAMES_BASE) == PX(2, FRAMES_BASE + MAX_FRAMES * PGSIZE - 1),
               "one table of level 1 covers the window");

static pagetable_t window_middle;           // level 1
static pagetable_t window[MOST_REGIONS];    // level 0, by original
static pagetable_t table_map[MOST_REGIONS]; // level 0, by BACKUP_TABLE frame

static void
place_in_halves(const struct bank *bank, struct placement *out)
{
  uint64 half = (bank->bytes / 2) & ~(SPAN(1) - 1);
  out->originals_end = bank->base + half;
  out->backups_base = bank->base + half;
  out->backups_count = half >> PGSHIFT;
}

// Originals go to the end of the bank that the kernel lies in; backups are the bank with that role. A board
// that names no roles has its one bank split in half.
void
mirror_place(struct placement *out)
{
  const struct bank *own = NULL;
  *out = (struct placement){ 0 };
  for(int i = 0; i < devicetree.bank_count; i++){
    const struct bank *bank = &devicetree.banks[i];
    if(bank->base <= KERNEL_BASE && KERNEL_BASE < bank->base + bank->bytes)
      own = bank;
    else if(bank->backup){
      out->backups_base = bank->base;
      out->backups_count = bank->bytes >> PGSHIFT;
    }
  }
  if(own == NULL)
    return;
  if(out->backups_count == 0)
    place_in_halves(own, out);
  else
    out->originals_end = own->base + own->bytes;
}

// The kernel's leaf for a frame that may become a BACKUP_TABLE.
static pte_t *
table_leaf(uint64 pa)
{
  return &table_map[(pa >> 21) - (backup_address(0) >> 21)][PX(0, pa)];
}

static pte_t *
window_leaf(uint32 original)
{
  uint64 pa = (uint64)frame_at(original);
  return &window[(pa >> 21) - (FRAMES_BASE >> 21)][PX(0, pa)];
}

// Requires: table_map is there. The fence is for what the hart may remember of the leaf's absence.
static pagetable_t
table_alloc(void)
{
  uint32 i = backup_alloc(BACKUP_TABLE, 0);
  if(i == NO_BACKUP)
    return NULL;
  uint64 pa = backup_address(i);
  *table_leaf(pa) = PA2PTE(pa) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
  __asm__ volatile("sfence.vma %0, zero" : : "r"(pa) : "memory");
  page_clear((void *)pa);
  return (pagetable_t)pa;
}

static void
table_free(pagetable_t table)
{
  uint64 pa = (uint64)table;
  *table_leaf(pa) = 0;
  __asm__ volatile("sfence.vma %0, zero" : : "r"(pa) : "memory");
  backup_free(backup_index(pa));
}

// Paging is off, so tables can be filled that nothing maps yet.
void
mirror_init(const struct placement *place, uint32 originals, uint64 seed)
{
  backup_frames_init(place, seed);
  audit_kernel.offset = MIRROR_OFFSET;
  uint64 first = backup_address(0) >> 21, last = (backup_address(backup_count()) - 1) >> 21;
  for(uint64 i = 0; i <= last - first; i++){
    uint32 frame = backup_alloc(BACKUP_TABLE, 0);
    if(frame == NO_BACKUP)
      panic("mirror: the backup bank is too small");
    table_map[i] = (pagetable_t)backup_address(frame);
    page_clear(table_map[i]);
  }
  for(uint64 i = 0; i <= last - first; i++)
    *table_leaf((uint64)table_map[i]) = PA2PTE(table_map[i]) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
  window_middle = table_alloc();
  uint64 regions = ((uint64)frame_at(originals) - 1 - FRAMES_BASE) / SPAN(1) + 1;
  for(uint64 i = 0; i < regions; i++){
    window[i] = table_alloc();
    if(window_middle == NULL || window[i] == NULL)
      panic("mirror: the backup bank is too small");
    window_middle[PX(1, FRAMES_BASE) + i] = PA2PTE(window[i]) | PTE_V;
  }
}

void
mirror_attach(pagetable_t kernel_root)
{
  kernel_root[PX(2, FRAMES_BASE + MIRROR_OFFSET)] = PA2PTE(window_middle) | PTE_V;
  for(uint64 i = 0; i < MOST_REGIONS && table_map[i] != NULL; i++){
    uint64 va = (backup_address(0) & ~(SPAN(1) - 1)) + i * SPAN(1);
    pte_t *entry = &kernel_root[PX(2, va)];
    if((*entry & PTE_V) == 0){
      void *middle = frame_alloc_cleared(FRAME_TABLE);
      if(middle == NULL)
        panic("mirror: no frame for the kernel's table");
      *entry = PA2PTE(middle) | PTE_V;
    }
    ((pagetable_t)PTE2PA(*entry))[PX(1, va)] = PA2PTE(table_map[i]) | PTE_V;
  }
}

int
backup_pair(uint32 original)
{
  uint32 backup = backup_alloc(BACKUP_COPY, original);
  if(backup == NO_BACKUP)
    return -1;
  frames[original].backup = backup;
  backup_enter(window_leaf(original), original);
  return 0;
}

void
mirror_release(uint32 original)
{
  if(frames[original].backup == NO_BACKUP)
    return;
  backup_erase(window_leaf(original));
  backup_free(frames[original].backup);
  frames[original].backup = NO_BACKUP;
}

int
mirror_leaf(pagetable_t root, uint64 va, uint64 pa, uint64 flags)
{
  if((flags & PTE_U) == 0)
    return 0;
  pagetable_t table = root;
  for(int level = 2; level > 0; level--){
    pte_t *entry = &table[PX(level, va + MIRROR_OFFSET)];
    if((*entry & PTE_V) == 0){
      pagetable_t new = table_alloc();
      if(new == NULL)
        return -1;
      *entry = PA2PTE(new) | PTE_V;
    }
    table = (pagetable_t)PTE2PA(*entry);
  }
  backup_enter(&table[PX(0, va)], frame_index((void *)pa));
  return 0;
}

// As vm.c's clear: removes leaves, and the tables that lie wholly at or above `from`. The table of level 1 that
// the backup range shares with the reserved top is an original and stays.
static void
clear(pagetable_t table, int level, uint64 base, uint64 from, uint64 to)
{
  uint64 span = SPAN(level);
  uint64 first = from > base ? (from - base) / span : 0;
  for(uint64 i = first; i < ENTRIES && base + i * span < to; i++){
    if((table[i] & PTE_V) == 0)
      continue;
    if(level == 0){
      backup_erase(&table[i]);
      continue;
    }
    uint64 at = base + i * span;
    pagetable_t below = (pagetable_t)PTE2PA(table[i]);
    clear(below, level - 1, at, from, to);
    if(at >= from && backup_owns((uint64)below)){
      table[i] = 0;
      table_free(below);
    }
  }
}

void
mirror_unleaf(pagetable_t root, uint64 from, uint64 to)
{
  clear(root, 2, 0, from + MIRROR_OFFSET, to + MIRROR_OFFSET);
}
