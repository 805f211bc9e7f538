// Shadow tables. Each follows one guest table (or splits one large leaf), however many roots
// lead to it: a Sv39 leaf means the same wherever its table hangs. Table n is page n of the pool;
// entry i of table n is number n * 512 + i.
//
// Invariants:
// - A present shadow leaf grants no more than the guest's leaf did at the guest's last fence (or
//   later).
// - A frame that a table follows is writable nowhere in the shadows, unless it is in the list of
//   written frames; those are compared with their shadows, and protected again, at the next fence.
// - All writable leaves to an original are in the chain at tracked[original].writable, all branches
//   to a table in the chain at its `parents`. Both chains lead both ways, so that an entry is taken
//   out in constant time.
// - A table in use is a root or has a parent. A table to which nothing leads any more is dropped: no
//   root of any guest reaches it, it follows nothing, and its entries go when the table is needed
//   again. So taking a branch away costs the same whatever hangs below it. A free table is all zero.
// - What a device may write at this moment (lent) is in the list of written frames if a table
//   follows it: the hart cannot see when the device stores to it.
#pragma once

#include "exits.h"
#include "guest/guest.h"
#include "riscv.h"

#define ENTRIES   512U
#define NO_TABLE  0xffffffffU
#define NO_ENTRY  0xffffffffU
#define NO_ROOT   0xffffU
#define ROOTS     128
#define MAP_WORDS (ENTRIES / 64)

enum table_kind { TABLE_FREE, TABLE_FOLLOWS, TABLE_SPLITS, TABLE_DROPPED };

// The neighbours of an entry in the chain that it is in.
struct link {
  uint32 next, previous;
};

struct table {
  uint64 present[MAP_WORDS]; // one bit an entry
  pte_t  source;  // TABLE_SPLITS: the guest's leaf
  uint32 frame;   // TABLE_FOLLOWS: the original that holds the guest's table
  uint32 next;    // TABLE_FOLLOWS: the next that follows the same frame; TABLE_FREE: the next free;
                  // TABLE_DROPPED without parents: the next to be emptied
  uint32 parents; // chain of branches to this table
  uint16 count;   // entries present
  uint16 root;    // slot in roots, or NO_ROOT
  uint8  level;
};

struct tracked {
  uint32 writable;  // chain of writable leaves to this original
  uint32 followers; // chain of tables that follow it, one a level; see shadow_followers
  uint32 emulated;  // the fence (its low half) after which Memvisor carried out a store to it last
  uint32 written;   // in the list of written frames, if this is shadow.round
  uint32 lent;      // how many parts of buffers in it a device may write now
};

// The page of a device, as VS-mode reached it last by a load or by a store. Like an entry of a TLB
// it holds until the guest's next fence.
struct device_page {
  uint64 page;  // its VA
  uint64 gpa;
  uint64 fences; // shadow.fences when it was found
};

struct paging {
  struct device_page device[2]; // by access: loads, stores
  uint32 root; // the table in vsatp
  // Roots for satp Bare in VS-mode and in VU-mode, and the one under which nothing is mapped.
  uint32 identity[3];
};

#define IDENTITY_VS 0
#define IDENTITY_VU 1
#define NOWHERE     2

struct shadow {
  pte_t  (*page)[ENTRIES];
  struct link *link;       // one for each entry
  struct table *table;
  uint8  *kind;            // each table's; apart, so that all are dropped quickly
  uint32 count;            // tables of the pool
  uint32 zeroed;           // tables below this number have been cleared once
  uint32 free, free_count; // chain of tables given back
  uint32 dropped;          // chain of dropped tables without parents
  struct tracked *tracked; // one for each original
  uint32 *written;         // list of written frames
  uint32 written_count;
  uint32 round;            // the number of that list; counts on at each fence
  uint64 fence_steps;      // the most that one fence may take
  uint64 fences;           // fences of the guest so far
  int    flush;            // an entry was taken away or narrowed since the last hfence.vvma
};

extern struct shadow shadow;
extern struct shadow_counts shadow_counts;

// shadow_table.c
void   shadow_tables_init(uint32 count);
uint32 shadow_table_take(enum table_kind kind, int level); // requires a free one
void   shadow_table_drop(uint32 table);                    // requires no parents, and no root
void   shadow_tables_drop(void);                           // drops all; requires no roots
void   shadow_table_reclaim(void); // empties a dropped table and frees it; requires one
void   shadow_branch(uint32 table, uint index, uint32 child);
void   shadow_leaf(uint32 table, uint index, pte_t leaf); // new, or other rights to the same frame
void   shadow_clear(uint32 table, uint index);
void   shadow_clear_all(uint32 table);
// Takes W away from at most `most` leaves to a frame. How many they were.
uint64 shadow_protect(uint32 frame, uint64 most);

// shadow_follow.c
uint32 shadow_follower(uint32 frame, int level);          // or NO_TABLE
uint32 shadow_follow(uint32 frame, int level);            // the follower, made if there is none
void   shadow_unfollow(uint32 table);
void   shadow_mark_written(uint32 frame);
void   shadow_check(struct guest *guest, uint32 table);   // compares it with the guest's table
// Compares one entry, in all tables that follow the frame.
void   shadow_check_entry(struct guest *guest, uint32 frame, uint index);
// At a fence. -1: there is more to compare than one fence may take, and some of it was not compared.
int    shadow_check_written(struct guest *guest);
// The most that a shadow leaf may grant.
pte_t  shadow_leaf_of(struct guest *guest, pte_t pte, uint64 gpa);

// shadow_root.c
void   shadow_roots_init(void);
// Makes so many tables free, at the cost of old roots.
void   shadow_reserve(struct guest *guest, uint32 tables);
void   shadow_root_drop(struct guest *guest, uint slot);
void   shadow_give_up(struct guest *guest); // drops all shadows; the caller enters a root after it
void   shadow_enter(struct guest *guest, uint32 table);    // loads vsatp
uint32 shadow_root_following(struct guest *guest, uint64 gpa);
uint32 shadow_root_identity(struct guest *guest, int which);

// The first of the tables that follow a frame, or NO_TABLE. The chain itself is not cut when all
// tables are dropped: it is empty if its first does not follow the frame any more.
static inline uint32
shadow_followers(uint32 frame)
{
  uint32 table = shadow.tracked[frame].followers;
  if(table == NO_TABLE || shadow.kind[table] != TABLE_FOLLOWS || shadow.table[table].frame != frame)
    return NO_TABLE;
  return table;
}

static inline int
shadow_is_written(uint32 frame)
{
  return shadow.tracked[frame].written == shadow.round;
}

static inline uint32
shadow_child(pte_t branch)
{
  return (PTE2PA(branch) - (uint64)shadow.page) >> PGSHIFT;
}

static inline int
shadow_is_leaf(pte_t entry)
{
  return (entry & PTE_LEAF) != 0;
}
