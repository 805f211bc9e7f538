// The pool of shadow tables, their entries, and the chains that lead from a frame to its writable
// leaves and from a table to its branches. Each entry written or cleared has its backup entry
// written or cleared here, and only here. Invariant: nothing here takes more steps than a table has
// entries, whatever the guest has built; shadow_tables_drop takes one for each table.

#include "paging/shadow/shadow.h"
#include "memory/arena.h"
#include "backup/backup.h"
#include "memory/bits.h"
#include "machine/machine.h"
#include "memory/bytes.h"
#include "machine/print.h"

struct shadow shadow;
struct shadow_counts shadow_counts;

void
shadow_tables_init(uint32 count)
{
  uint64 most = machine.original.bytes >> PGSHIFT;
  shadow.count = count;
  shadow.page = arena_take(count * PGSIZE);
  shadow.link = arena_take((uint64)count * ENTRIES * sizeof(struct link));
  shadow.table = arena_take(count * sizeof(struct table));
  shadow.kind = arena_take(count);
  shadow.tracked = arena_take(most * sizeof(struct tracked));
  shadow.written = arena_take(most * sizeof(uint32));
  shadow.free = shadow.dropped = NO_TABLE;
  shadow.fences = shadow.round = 1; // later than any store yet
  shadow.free_count = count; // those never used among them
}

uint32
shadow_table_take(enum table_kind kind, int level)
{
  uint32 table = shadow.free;
  if(table != NO_TABLE)
    shadow.free = shadow.table[table].next;
  else if(shadow.zeroed < shadow.count){
    table = shadow.zeroed++;
    zero_page(shadow.page[table]);
    memset(&shadow.table[table], 0, sizeof(struct table));
  } else
    panic("shadow_table: expected a free table after shadow_reserve, got none");
  shadow.free_count--;
  struct table *t = &shadow.table[table];
  shadow.kind[table] = kind;
  t->level = level;
  t->parents = NO_ENTRY;
  t->next = NO_TABLE;
  t->root = NO_ROOT;
  shadow_counts.tables++;
  backup_table_create(table);
  return table;
}

// Takes a table in use out of use; its entries stay.
static void
abandon(uint32 table)
{
  shadow.kind[table] = TABLE_DROPPED;
  backup_table_drop(table);
}

void
shadow_table_drop(uint32 table)
{
  struct table *t = &shadow.table[table];
  if(shadow.kind[table] == TABLE_FOLLOWS)
    shadow_unfollow(table);
  if(shadow.kind[table] != TABLE_DROPPED)
    abandon(table);
  t->next = shadow.dropped;
  shadow.dropped = table;
  if(t->count == 0)
    shadow_table_reclaim();
}

void
shadow_tables_drop(void)
{
  for(uint32 table = 0; table < shadow.zeroed; table++){
    if(shadow.kind[table] == TABLE_FOLLOWS || shadow.kind[table] == TABLE_SPLITS)
      abandon(table);
  }
}

static void
chain(uint32 *head, uint32 number)
{
  shadow.link[number] = (struct link){ .next = *head, .previous = NO_ENTRY };
  if(*head != NO_ENTRY)
    shadow.link[*head].previous = number;
  *head = number;
}

static void
unchain(uint32 *head, uint32 number)
{
  struct link link = shadow.link[number];
  if(link.previous == NO_ENTRY)
    *head = link.next;
  else
    shadow.link[link.previous].next = link.next;
  if(link.next != NO_ENTRY)
    shadow.link[link.next].previous = link.previous;
}

// The head of the chain that a present entry is in; NULL: it is in none.
static uint32 *
chain_of(pte_t entry)
{
  if(!shadow_is_leaf(entry))
    return &shadow.table[shadow_child(entry)].parents;
  return entry & PTE_W ? &shadow.tracked[frame_at(PTE2PA(entry))].writable : NULL;
}

// Writes an entry, and moves it from the chain of the old one, if that was present, to its own.
static void
put(uint32 table, uint index, pte_t entry)
{
  uint32 number = table * ENTRIES + index;
  pte_t old = shadow.page[table][index];
  uint32 *from = old & PTE_V ? chain_of(old) : NULL;
  uint32 *to = entry & PTE_V ? chain_of(entry) : NULL;
  shadow.page[table][index] = entry;
  if(from == to)
    return;
  if(from != NULL)
    unchain(from, number);
  if(to != NULL)
    chain(to, number);
}

static void
count_present(uint32 table, uint index)
{
  struct table *t = &shadow.table[table];
  t->present[index / 64] |= 1UL << index % 64;
  t->count++;
}

void
shadow_branch(uint32 table, uint index, uint32 child)
{
  put(table, index, PA2PTE(shadow.page[child]) | PTE_V);
  count_present(table, index);
  backup_branch(table, index, child);
}

void
shadow_leaf(uint32 table, uint index, pte_t leaf)
{
  int widened = (shadow.page[table][index] & PTE_V) != 0;
  put(table, index, leaf);
  if(widened){
    shadow.flush = 1;
    return;
  }
  count_present(table, index);
  backup_leaf(table, index, frame_at(PTE2PA(leaf)));
  shadow_counts.entries++;
}

// Clears an entry. A table to which this was the last branch is dropped.
static void
take_out(uint32 table, uint index)
{
  struct table *t = &shadow.table[table];
  pte_t entry = shadow.page[table][index];
  put(table, index, 0);
  t->present[index / 64] &= ~(1UL << index % 64);
  t->count--;
  backup_clear(table, index);
  if(!shadow_is_leaf(entry) && shadow.table[shadow_child(entry)].parents == NO_ENTRY)
    shadow_table_drop(shadow_child(entry));
}

void
shadow_clear(uint32 table, uint index)
{
  take_out(table, index);
  shadow.flush = 1;
}

static void
take_out_all(uint32 table)
{
  struct table *t = &shadow.table[table];
  for(uint word = 0; word < MAP_WORDS; word++){
    while(t->present[word] != 0)
      take_out(table, word * 64 + lowest_bit(t->present[word]));
  }
}

void
shadow_clear_all(uint32 table)
{
  take_out_all(table);
  shadow.flush = 1;
}

// No flush: the hart has forgotten what it knew of the table when it was dropped.
void
shadow_table_reclaim(void)
{
  uint32 table = shadow.dropped;
  struct table *t = &shadow.table[table];
  shadow.dropped = t->next;
  take_out_all(table);
  shadow.kind[table] = TABLE_FREE;
  t->next = shadow.free;
  shadow.free = table;
  shadow.free_count++;
  backup_table_free(table);
}

uint64
shadow_protect(uint32 frame, uint64 most)
{
  uint64 done = 0;
  uint32 e;
  while(done < most && (e = shadow.tracked[frame].writable) != NO_ENTRY){
    pte_t leaf = shadow.page[e / ENTRIES][e % ENTRIES];
    put(e / ENTRIES, e % ENTRIES, leaf & ~(PTE_W | PTE_D));
    done++;
  }
  if(done != 0)
    shadow.flush = 1;
  return done;
}
