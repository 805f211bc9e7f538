// The pool of shadow tables, their entries, and the chains that lead from a frame or a table to all
// entries that name it. Each entry written or cleared has its backup entry written or cleared here,
// and only here.

#include "shadow.h"
#include "arena.h"
#include "backup.h"
#include "bits.h"
#include "machine.h"
#include "memory.h"
#include "print.h"

struct shadow shadow;
struct shadow_counts shadow_counts;

void
shadow_tables_init(uint32 count)
{
  uint64 most = machine.original.bytes >> PGSHIFT;
  shadow.count = count;
  shadow.page = arena_take(count * PGSIZE);
  shadow.link = arena_take((uint64)count * ENTRIES * sizeof(uint32));
  shadow.table = arena_take(count * sizeof(struct table));
  shadow.tracked = arena_take(most * sizeof(struct tracked));
  shadow.written = arena_take(most * sizeof(uint32));
  shadow.free = NO_TABLE;
  shadow.fences = 1; // later than any store yet
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
    panic("shadow_table_take: expected a free table after shadow_reserve, got none");
  shadow.free_count--;
  struct table *t = &shadow.table[table];
  t->kind = kind;
  t->level = level;
  t->parents = NO_ENTRY;
  t->next = NO_TABLE;
  t->root = NO_ROOT;
  shadow_counts.tables++;
  backup_table_create(table);
  return table;
}

void
shadow_table_free(uint32 table)
{
  struct table *t = &shadow.table[table];
  shadow_clear_all(table);
  if(t->kind == TABLE_FOLLOWS)
    shadow_unfollow(table);
  t->kind = TABLE_FREE;
  t->next = shadow.free;
  shadow.free = table;
  shadow.free_count++;
  backup_table_free(table);
}

// The head of the chain that a present entry is in.
static uint32 *
chain_of(pte_t entry)
{
  if(shadow_is_leaf(entry))
    return &shadow.tracked[frame_at(PTE2PA(entry))].leaves;
  return &shadow.table[shadow_child(entry)].parents;
}

static void
put(uint32 table, uint index, pte_t entry)
{
  struct table *t = &shadow.table[table];
  uint32 number = table * ENTRIES + index;
  uint32 *head = chain_of(entry);
  shadow.page[table][index] = entry;
  shadow.link[number] = *head;
  *head = number;
  t->present[index / 64] |= 1UL << index % 64;
  t->count++;
}

void
shadow_branch(uint32 table, uint index, uint32 child)
{
  put(table, index, PA2PTE(shadow.page[child]) | PTE_V);
  backup_branch(table, index, child);
}

void
shadow_leaf(uint32 table, uint index, pte_t leaf)
{
  if(shadow.page[table][index] & PTE_V){
    shadow.page[table][index] = leaf;
    shadow.flush = 1;
    return;
  }
  put(table, index, leaf);
  backup_leaf(table, index, frame_at(PTE2PA(leaf)));
  shadow_counts.entries++;
}

void
shadow_clear(uint32 table, uint index)
{
  struct table *t = &shadow.table[table];
  pte_t entry = shadow.page[table][index];
  uint32 number = table * ENTRIES + index;
  uint32 *link = chain_of(entry);
  while(*link != number)
    link = &shadow.link[*link];
  *link = shadow.link[number];
  shadow.page[table][index] = 0;
  t->present[index / 64] &= ~(1UL << index % 64);
  t->count--;
  shadow.flush = 1;
  backup_clear(table, index);
  if(!shadow_is_leaf(entry) && shadow.table[shadow_child(entry)].parents == NO_ENTRY)
    shadow_table_free(shadow_child(entry));
}

void
shadow_clear_all(uint32 table)
{
  struct table *t = &shadow.table[table];
  for(uint word = 0; word < MAP_WORDS; word++){
    while(t->present[word] != 0)
      shadow_clear(table, word * 64 + lowest_bit(t->present[word]));
  }
}
