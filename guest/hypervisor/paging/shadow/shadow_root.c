// The roots that the guest uses or used, each with its backup root. Invariant: roots[n].shadow != 0
// exactly if a table has root == n. When slots or tables run out, the root that was loaded longest
// ago goes.

#include "paging/shadow/shadow.h"
#include "audit.h"
#include "backup/backup.h"
#include "machine/h_csr.h"
#include "paging/paging.h"
#include "paging/walk.h"

static struct shadow_root roots[ROOTS];
static struct {
  uint64 stamp; // when it was loaded last
  uint64 vsatp; // what loads it
} loads[ROOTS];
static uint64 clock;
static int asids; // each root has an address-space identifier of its own

void
shadow_roots_init(void)
{
  csr_write(vsatp, SATP_SV39 | SATP_ASID);
  asids = (csr_read(vsatp) & SATP_ASID) >> SATP_ASID_SHIFT >= ROOTS;
  csr_write(vsatp, 0);
}

static uint
oldest(struct guest *guest, int empty_too)
{
  uint found = NO_ROOT;
  for(uint slot = 0; slot < ROOTS; slot++){
    if(roots[slot].shadow == 0){
      if(empty_too)
        return slot;
      continue;
    }
    if(roots[slot].shadow == (uint64)shadow.page[guest->paging->root])
      continue;
    if(found == NO_ROOT || loads[slot].stamp < loads[found].stamp)
      found = slot;
  }
  return found;
}

void
shadow_root_drop(struct guest *guest, uint slot)
{
  uint32 table = (roots[slot].shadow - (uint64)shadow.page) >> PGSHIFT;
  roots[slot].shadow = 0;
  for(int which = 0; which <= NOWHERE; which++){
    if(guest->paging->identity[which] == table)
      guest->paging->identity[which] = NO_TABLE;
  }
  shadow.table[table].root = NO_ROOT;
  shadow_table_drop(table);
  shadow.flush = 1;
}

void
shadow_give_up(struct guest *guest)
{
  for(uint slot = 0; slot < ROOTS; slot++){
    if(roots[slot].shadow != 0)
      shadow_root_drop(guest, slot);
  }
  shadow_tables_drop();
  shadow.written_count = 0;
  shadow.round++;
  shadow_counts.given_up++;
}

// Dropped tables first. If even the root in use alone is too large, it starts anew.
void
shadow_reserve(struct guest *guest, uint32 tables)
{
  while(shadow.free_count < tables){
    if(shadow.dropped != NO_TABLE){
      shadow_table_reclaim();
      continue;
    }
    uint slot = oldest(guest, 0);
    shadow_counts.evicted++;
    if(slot != NO_ROOT)
      shadow_root_drop(guest, slot);
    else
      shadow_clear_all(guest->paging->root);
  }
}

// Makes `table` a root.
static void
enlist(struct guest *guest, uint32 table, uint64 guest_root)
{
  uint slot = oldest(guest, 1);
  if(roots[slot].shadow != 0)
    shadow_root_drop(guest, slot);
  uint64 asid = asids ? (uint64)(slot + 1) << SATP_ASID_SHIFT : 0;
  shadow.table[table].root = slot;
  roots[slot].guest_root = guest_root;
  roots[slot].shadow = (uint64)shadow.page[table];
  roots[slot].backup = backup_table_address(table);
  loads[slot].vsatp = MAKE_SATP(shadow.page[table]) | asid;
}

uint32
shadow_root_following(struct guest *guest, uint64 gpa)
{
  uint32 frame = guest_frame(guest, GUEST_NUMBER(guest, gpa));
  uint32 table = shadow_follower(frame, ROOT_LEVEL);
  if(table != NO_TABLE)
    return table;
  shadow_reserve(guest, 1);
  table = shadow_follow(frame, ROOT_LEVEL);
  enlist(guest, table, gpa);
  return table;
}

uint32
shadow_root_identity(struct guest *guest, int which)
{
  uint32 *table = &guest->paging->identity[which];
  if(*table == NO_TABLE){
    shadow_reserve(guest, 1);
    uint32 made = shadow_table_take(TABLE_SPLITS, ROOT_LEVEL);
    shadow.table[made].source = PTE_V | PTE_LEAF | PTE_A | PTE_D;
    if(which == IDENTITY_VU)
      shadow.table[made].source |= PTE_U;
    enlist(guest, made, BARE_ROOT);
    *table = made;
  }
  return *table;
}

void
shadow_enter(struct guest *guest, uint32 table)
{
  uint slot = shadow.table[table].root;
  guest->paging->root = table;
  loads[slot].stamp = ++clock;
  csr_write(vsatp, loads[slot].vsatp);
  if(!asids)
    shadow.flush = 1;
}

void
paging_audit(struct audit_visor *audit)
{
  audit->roots = (uint64)roots;
  audit->root_count = ROOTS;
  audit->tables = (uint64)shadow.page;
  audit->tables_used = (uint64)&shadow.zeroed;
}
