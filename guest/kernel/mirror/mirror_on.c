// Memv6: the contract of mirror.h kept. Backup frames are allocated when their originals are,
// entries are written when the originals' entries are.
//
// The kernel's own tables for all this lie at the start of the backup bank and are filled at boot,
// so that nothing later can fail halfway: those of the backup map (an original's address +
// MIRROR_OFFSET), and those through which the kernel reaches BACKUP_TABLE frames at their own
// address. They are BACKUP_TABLE frames themselves. They follow each other, so the leaf of a frame
// is found by its index.
//
// When a leaf of the backup map goes, no fence follows: under this policy nothing uses the backup map, and
// the way to user mode passes a fence. Code that is to use the backup map must fence first.
//
// Images that are broken on purpose link objects around these functions (--wrap; mirror/broken).

#include "mirror/mirror.h"
#include "device/devicetree.h"
#include "layout.h"
#include "memory/frames.h"
#include "memory/pool.h"
#include "print.h"
#include "string.h"

#define ENTRIES     512
#define SPAN(level) (PGSIZE << (9 * (level)))
#define SPANS(frames) (((frames) + ENTRIES - 1) / ENTRIES)

_Static_assert(FRAMES_BASE % SPAN(1) == 0,
               "a leaf of the backup map is found by its original's index");
_Static_assert(PX(2, FRAMES_BASE) == PX(2, FRAMES_BASE + MAX_FRAMES * PGSIZE - 1),
               "one table of level 1 covers the backup map");

static uint64 backups_base;          // a multiple of 2 MiB
static struct backup_frame *records;
static uint32 backup_count;
static struct pool pool;
static uint32 table_count;           // BACKUP_TABLE frames

static pagetable_t backup_map_middle; // level 1 of the backup map
static pte_t *backup_map;             // its leaves, by original
static pte_t *table_map;              // leaves of BACKUP_TABLE frames, by backup

static inline uint64
backup_address(uint32 backup)
{
  return backups_base + ((uint64)backup << PGSHIFT);
}

// An entry that leads to a frame of the backup bank: for the kernel alone (no PTE_U), and data,
// whatever the original is.
static inline pte_t
backup_entry(uint64 pa)
{
  return PA2PTE(pa) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
}

static uint32
backup_index(uint64 pa)
{
  return (pa - backups_base) >> PGSHIFT;
}

static int
in_backup_bank(uint64 pa)
{
  return pa >= backups_base && backup_index(pa) < backup_count;
}

static void
place_in_halves(const struct bank *bank, struct placement *out)
{
  uint64 half = (bank->bytes / 2) & ~(SPAN(1) - 1);
  out->originals_end = bank->base + half;
  out->backups_base = bank->base + half;
  out->backups_count = half >> PGSHIFT;
}

// Originals go to the end of the bank that the kernel lies in; backups are the bank with that role.
// A board that names no roles has its one bank split in half.
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

// Boot only: the next frames of the bank, cleared, as tables. Paging is off.
static pte_t *
boot_tables(uint32 *taken, uint32 n)
{
  pte_t *tables = (pte_t *)backup_address(*taken);
  for(uint32 i = 0; i < n; i++){
    if(*taken == backup_count)
      panic("mirror: the backup bank is too small");
    page_clear((void *)backup_address(*taken));
    records[(*taken)++].use = BACKUP_TABLE;
  }
  table_count += n;
  return tables;
}

// The kernel's leaf for a BACKUP_TABLE, at its own address.
static void
map_table(uint64 pa)
{
  table_map[backup_index(pa)] = backup_entry(pa);
}

void
mirror_init(const struct placement *place, uint32 originals)
{
  backups_base = place->backups_base;
  backup_count = place->backups_count < MAX_FRAMES ? place->backups_count : MAX_FRAMES;
  if(backups_base % SPAN(1) != 0)
    panic("mirror: the backup bank does not begin at a multiple of 2 MiB");
  records = metadata_take(backup_count * sizeof(struct backup_frame));
  memset(records, 0, backup_count * sizeof(struct backup_frame)); // BACKUP_FREE
  audit_kernel.backups_base = backups_base;
  audit_kernel.backups_count = backup_count;
  audit_kernel.backup_frames = (uint64)records;
  audit_kernel.offset = MIRROR_OFFSET;
  audit_kernel.empty_backups = (uint64)pool.empty;
  audit_kernel.empty_backups_count = (uint64)&pool.empty_count;
  uint32 taken = 0;
  table_map = boot_tables(&taken, SPANS(backup_count));
  backup_map = boot_tables(&taken, SPANS(originals));
  backup_map_middle = boot_tables(&taken, 1);
  for(uint32 i = 0; i < taken; i++)
    map_table(backup_address(i));
  for(uint64 i = 0; i < SPANS(originals); i++)
    backup_map_middle[PX(1, FRAMES_BASE) + i] = PA2PTE(backup_map + i * ENTRIES) | PTE_V;
  uint32 *freed = metadata_take(backup_count * sizeof(uint32));
  pool_init(&pool, taken, backup_count - taken, freed, SEED_BACKUPS);
}

void
mirror_attach(pagetable_t kernel_root)
{
  kernel_root[PX(2, FRAMES_BASE + MIRROR_OFFSET)] = PA2PTE(backup_map_middle) | PTE_V;
  for(uint64 i = 0; i < SPANS(backup_count); i++){
    uint64 va = backups_base + i * SPAN(1);
    pte_t *entry = &kernel_root[PX(2, va)];
    if((*entry & PTE_V) == 0){
      void *middle = frame_alloc_cleared(FRAME_TABLE);
      if(middle == NULL)
        panic("mirror: no frame for the kernel's table");
      *entry = PA2PTE(middle) | PTE_V;
    }
    ((pagetable_t)PTE2PA(*entry))[PX(1, va)] = PA2PTE(table_map + i * ENTRIES) | PTE_V;
  }
}

int
mirror_frame(uint32 original)
{
  uint32 backup = pool_take(&pool);
  if(backup == NO_FRAME)
    return -1;
  records[backup] = (struct backup_frame){ .original = original, .use = BACKUP_OF_ORIGINAL };
  frames[original].backup = backup;
  backup_map[original] = backup_entry(backup_address(backup));
  return 0;
}

void
mirror_release(uint32 original)
{
  uint32 backup = frames[original].backup;
  if(backup == NO_BACKUP)
    return;
  if(records[backup].original != original || records[backup].use != BACKUP_OF_ORIGINAL)
    panic("mirror: a backup is not its original's");
  backup_map[original] = 0;
  records[backup] = (struct backup_frame){ .use = BACKUP_FREE };
  pool_give(&pool, backup);
  frames[original].backup = NO_BACKUP;
}

// The fence is for what the hart may remember of the leaf's absence.
static pagetable_t
table_alloc(void)
{
  uint32 empty = pool_take_empty(&pool);
  uint32 i = empty != NO_FRAME ? empty : pool_take(&pool);
  if(i == NO_FRAME)
    return NULL;
  uint64 pa = backup_address(i);
  records[i] = (struct backup_frame){ .use = BACKUP_TABLE };
  table_count++;
  map_table(pa);
  __asm__ volatile("sfence.vma %0, zero" : : "r"(pa) : "memory");
  if(empty == NO_FRAME)
    page_clear((void *)pa);
  return (pagetable_t)pa;
}

static void
table_free(pagetable_t table)
{
  uint32 i = backup_index((uint64)table);
  table_map[i] = 0;
  __asm__ volatile("sfence.vma %0, zero" : : "r"(table) : "memory");
  records[i] = (struct backup_frame){ .use = BACKUP_FREE };
  table_count--;
  pool_give_empty(&pool, i); // all its entries went
}

int
mirror_span(pagetable_t root, uint64 va, pte_t **slots)
{
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
  *slots = table;
  return 0;
}

void
mirror_enter(pte_t *slot, uint64 pa)
{
  uint32 original = frame_index((void *)pa);
  *slot = backup_entry(backup_address(frames[original].backup));
}

// As vm.c's clear: removes leaves, and the tables that lie wholly at or above `from`. The table of
// level 1 that the backup range shares with the reserved top is an original and stays.
static void
clear(pagetable_t table, int level, uint64 base, uint64 from, uint64 to)
{
  uint64 span = SPAN(level);
  uint64 first = from > base ? (from - base) / span : 0;
  for(uint64 i = first; i < ENTRIES && base + i * span < to; i++){
    if((table[i] & PTE_V) == 0)
      continue;
    if(level == 0){
      table[i] = 0;
      continue;
    }
    uint64 at = base + i * span;
    pagetable_t below = (pagetable_t)PTE2PA(table[i]);
    clear(below, level - 1, at, from, to);
    if(at >= from && in_backup_bank((uint64)below)){
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

static int
is_empty(pagetable_t table)
{
  for(int i = 0; i < ENTRIES; i++){
    if(table[i] != 0)
      return 0;
  }
  return 1;
}

// As vm.c's undo. Whether `table` is empty then.
static int
undo(pagetable_t table, int level, uint64 base, uint64 from, uint64 to)
{
  uint64 span = SPAN(level);
  for(uint64 i = from > base ? (from - base) / span : 0; i < ENTRIES && base + i * span < to; i++){
    if((table[i] & PTE_V) == 0)
      continue;
    if(level == 0){
      table[i] = 0;
      continue;
    }
    pagetable_t below = (pagetable_t)PTE2PA(table[i]);
    if(undo(below, level - 1, base + i * span, from, to) && in_backup_bank((uint64)below)){
      table[i] = 0;
      table_free(below);
    }
  }
  return is_empty(table);
}

void
mirror_retract(pagetable_t root, uint64 from, uint64 to)
{
  undo(root, 2, 0, from + MIRROR_OFFSET, to + MIRROR_OFFSET);
}

void
mirror_statistics(struct statistics *out)
{
  out->backups_usable = backup_count;
  out->backups_free = pool_left(&pool);
  out->backup_tables = table_count;
}
