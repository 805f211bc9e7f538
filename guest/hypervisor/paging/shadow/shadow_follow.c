// Keeping shadows in step with the guest's tables. The frame of a followed table is mapped
// read-only. The first store to it after a fence is carried out here, and only the entry that it
// hits is compared with its shadow; at the second the frame is mapped writable and may be written
// freely until the guest's next fence, where all entries are compared and it is protected again. So
// the cost is with the tables that change, not with the fences, and a guest that changes one entry
// pays for one. A guest that changes a table need not see the change before its fence.
//
// A fence takes at most shadow.fence_steps, or little more. If it would take more, all shadows are
// given up, which takes one step for each table, and are made again as the guest needs them.

#include "paging/shadow/shadow.h"
#include "memory/bits.h"
#include "machine/h_csr.h"
#include "paging/walk.h"

// Leaves to a frame that are narrowed when a table begins to follow it.
#define LEAVES_AT_ONCE 512
// What things cost in steps. One is to compare one entry, about 140 cycles where caches miss.
#define STEPS_FRAME   8
#define STEPS_CLEAR   2
#define STEPS_PROTECT 2

static int64 steps; // how many are left to the fence in progress

uint32
shadow_follower(uint32 frame, int level)
{
  uint32 table = shadow_followers(frame);
  while(table != NO_TABLE && shadow.table[table].level != level)
    table = shadow.table[table].next;
  return table;
}

uint32
shadow_follow(uint32 frame, int level)
{
  uint32 table = shadow_follower(frame, level);
  if(table != NO_TABLE)
    return table;
  struct tracked *tracked = &shadow.tracked[frame];
  uint32 others = shadow_followers(frame);
  table = shadow_table_take(TABLE_FOLLOWS, level); // may be the one that the old chain began with
  shadow.table[table].frame = frame;
  shadow.table[table].next = others;
  tracked->followers = table;
  // A frame with so many writable leaves that they are not narrowed now counts as written.
  if(tracked->lent != 0 || shadow_protect(frame, LEAVES_AT_ONCE) == LEAVES_AT_ONCE)
    shadow_mark_written(frame);
  return table;
}

void
shadow_unfollow(uint32 table)
{
  uint32 *link = &shadow.tracked[shadow.table[table].frame].followers;
  while(*link != table)
    link = &shadow.table[*link].next;
  *link = shadow.table[table].next;
}

void
shadow_mark_written(uint32 frame)
{
  if(shadow_is_written(frame))
    return;
  shadow.tracked[frame].written = shadow.round;
  shadow.written[shadow.written_count++] = frame;
}

pte_t
shadow_leaf_of(struct guest *guest, pte_t pte, uint64 gpa)
{
  pte_t leaf = PTE_V | PTE_A | (pte & (PTE_R | PTE_X | PTE_U));
  if((pte & PTE_W) && (pte & PTE_D))
    leaf |= PTE_W | PTE_D;
  return PA2PTE(frame_address(guest_frame(guest, GUEST_NUMBER(guest, gpa)))) | leaf;
}

// Whether a shadow leaf may stay while the guest's entry is `pte`.
static int
leaf_holds(struct guest *guest, pte_t leaf, pte_t pte, uint64 gpa)
{
  if(!walk_valid(pte) || !(pte & PTE_A) || !(pte & (PTE_R | PTE_X)) || !guest_owns(guest, gpa))
    return 0;
  pte_t most = shadow_leaf_of(guest, pte, gpa);
  return ((leaf ^ most) & ~(PTE_W | PTE_D)) == 0 && !(leaf & ~most & PTE_W);
}

// Whether a shadow branch may stay while the guest's entry is `pte`.
static int
branch_holds(struct guest *guest, pte_t branch, pte_t pte)
{
  const struct table *child = &shadow.table[shadow_child(branch)];
  if(!walk_valid(pte))
    return 0;
  if(shadow.kind[shadow_child(branch)] == TABLE_SPLITS)
    return pte == child->source;
  uint64 number = GUEST_NUMBER(guest, PTE2PA(pte));
  return !(pte & (PTE_LEAF | PTE_A | PTE_D | PTE_U)) && number < guest->frames &&
         guest->map[number] == child->frame;
}

static void
check_present(struct guest *guest, uint32 table, uint index, pte_t pte)
{
  pte_t entry = shadow.page[table][index];
  int holds = shadow_is_leaf(entry) ? leaf_holds(guest, entry, pte, PTE2PA(pte)) :
                                      branch_holds(guest, entry, pte);
  steps--;
  if(!holds){
    steps -= STEPS_CLEAR;
    shadow_clear(table, index);
  }
}

// Compares a table with the guest's, as far as the steps reach.
static void
compare(struct guest *guest, uint32 table)
{
  struct table *t = &shadow.table[table];
  const pte_t *guest_table = (const pte_t *)frame_address(t->frame);
  shadow_counts.checked++;
  for(uint word = 0; word < MAP_WORDS && steps >= 0; word++){
    for(uint64 left = t->present[word]; left != 0; left &= left - 1){
      uint index = word * 64 + lowest_bit(left);
      check_present(guest, table, index, guest_table[index]);
    }
  }
}

void
shadow_check(struct guest *guest, uint32 table)
{
  steps = ENTRIES * (1 + STEPS_CLEAR); // all of it
  compare(guest, table);
}

void
shadow_check_entry(struct guest *guest, uint32 frame, uint index)
{
  pte_t pte = ((const pte_t *)frame_address(frame))[index];
  for(int level = 0; level <= ROOT_LEVEL; level++){
    uint32 table = shadow_follower(frame, level);
    if(table != NO_TABLE && (shadow.page[table][index] & PTE_V))
      check_present(guest, table, index, pte);
  }
}

// Gives up a table that has become empty: most likely its frame is none any more, and it is free to
// be written without exits.
static void
retire(struct guest *guest, uint32 table)
{
  struct table *t = &shadow.table[table];
  if(t->root != NO_ROOT){
    shadow_root_drop(guest, t->root);
    return;
  }
  for(; shadow.kind[table] != TABLE_FREE && steps >= 0; steps -= STEPS_CLEAR)
    shadow_clear(t->parents / ENTRIES, t->parents % ENTRIES);
}

// Compares all that follows a written frame, and protects it again, unless a device may write it.
static void
check_frame(struct guest *guest, uint32 frame)
{
  const struct tracked *tracked = &shadow.tracked[frame];
  steps -= STEPS_FRAME;
  for(int level = 0; level <= ROOT_LEVEL && steps >= 0; level++){
    uint32 table = shadow_follower(frame, level);
    if(table == NO_TABLE)
      continue;
    compare(guest, table);
    if(shadow.table[table].count == 0 && table != guest->paging->root)
      retire(guest, table);
  }
  if(shadow_followers(frame) == NO_TABLE || steps < 0)
    return;
  if(tracked->lent != 0)
    shadow_mark_written(frame);
  else
    steps -= STEPS_PROTECT * shadow_protect(frame, steps / STEPS_PROTECT + 1);
}

// Empties dropped tables as far as the steps reach: what they hold unreachable is protected until
// then, and stores to it would be exits.
static void
reclaim(void)
{
  while(shadow.dropped != NO_TABLE){
    steps -= STEPS_FRAME + STEPS_CLEAR * shadow.table[shadow.dropped].count;
    if(steps < 0)
      return;
    shadow_table_reclaim();
  }
}

int
shadow_check_written(struct guest *guest)
{
  uint32 count = shadow.written_count;
  steps = shadow.fence_steps;
  shadow.written_count = 0; // no more are marked below than are taken out
  shadow.round++;
  for(uint32 i = 0; i < count && steps >= 0; i++)
    check_frame(guest, shadow.written[i]);
  if(steps < 0)
    return -1;
  reclaim();
  return 0;
}
