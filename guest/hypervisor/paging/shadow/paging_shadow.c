// Shadow paging, which keeps paging.h: vsatp holds a root of Memvisor's, whose leaves lead to machine
// frames. Entries are made when the guest first uses them; with each comes its backup entry, and with
// each first use of a frame its backup.

#include "paging/paging.h"
#include "machine/h_csr.h"
#include "machine/machine.h"
#include "memory/bytes.h"
#include "machine/probe.h"
#include "paging/shadow/shadow.h"
#include "paging/walk.h"

#define TABLES 4096 // 16 MiB
// An instruction that crosses a page, and its data that does, all in distant gigabytes, need 9.
#define TABLES_LEAST 16
// Steps of one fence: eight full tables compared, or a third of that cleared.
#define FENCE_STEPS 4096

static struct paging pagings[1]; // one for each guest

// Every access of the guest to satp, and every sfence.vma, must be an exit.
void
paging_probe(void)
{
  probe_satp_trap();
}

uint32
paging_init(void)
{
  uint64 tables = machine_argument("shadow-tables", TABLES);
  shadow_tables_init(tables < TABLES_LEAST ? TABLES_LEAST : tables > TABLES ? TABLES : tables);
  uint64 steps = machine_argument("fence-steps", FENCE_STEPS);
  shadow.fence_steps = steps < FENCE_STEPS ? steps : FENCE_STEPS;
  return shadow.count;
}

// The shadow does all of the translation, so page faults are exits. It runs without hardware that sets
// A and D, so that what it grants is exact.
void
paging_hart_init(void)
{
  csr_write(hgatp, 0);
  csr_set(hstatus, HSTATUS_VTVM);
  csr_clear(henvcfg, HENVCFG_ADUE);
}

void
paging_create(struct guest *guest)
{
  struct paging *paging = guest->paging = &pagings[guest->id];
  paging->root = 0;
  for(int which = 0; which <= NOWHERE; which++)
    paging->identity[which] = NO_TABLE;
  shadow_roots_init();
  guest->vcpu.satp = 0;
  shadow_enter(guest, shadow_root_identity(guest, IDENTITY_VS));
}

static void
flush(void)
{
  if(shadow.flush){
    shadow.flush = 0;
    hfence_vvma();
  }
}

void
paging_frame_created(uint32 original)
{
  shadow_counts.frames++;
  shadow.tracked[original] = (struct tracked){ .writable = NO_ENTRY, .followers = NO_TABLE };
}

// Enters the root that the guest's satp names.
static void
enter(struct vcpu *vcpu)
{
  struct guest *guest = vcpu->guest;
  uint64 gpa = (vcpu->satp & SATP_PPN) << PGSHIFT;
  if(SATP_MODE(vcpu->satp) == SATP_MODE_BARE)
    shadow_enter(guest, shadow_root_identity(guest, IDENTITY_VS));
  else if(guest_owns(guest, gpa))
    shadow_enter(guest, shadow_root_following(guest, gpa));
  else
    shadow_enter(guest, shadow_root_identity(guest, NOWHERE));
}

// Brings the shadows up to date. 1 if they were given up instead: then a root is to be entered.
static int
update(struct guest *guest)
{
  shadow.fences++;
  if(shadow.written_count == 0 || shadow_check_written(guest) == 0)
    return 0;
  shadow_give_up(guest);
  return 1;
}

void
paging_fence(struct vcpu *vcpu)
{
  if(update(vcpu->guest))
    enter(vcpu);
  flush();
}

void
paging_set_root(struct vcpu *vcpu, uint64 satp)
{
  uint64 mode = SATP_MODE(satp);
  if(mode != SATP_MODE_BARE && mode != SATP_MODE_SV39)
    return;
  // The guest's identifiers have no bits, so that it fences where it needs to.
  vcpu->satp = satp & ~SATP_ASID;
  update(vcpu->guest);
  enter(vcpu);
  flush();
}

void
paging_store(struct guest *guest, uint64 gpa, const void *from, uint64 bytes)
{
  uint32 frame = guest_frame(guest, GUEST_NUMBER(guest, gpa));
  memcpy((char *)frame_address(frame) + gpa % PGSIZE, from, bytes);
  shadow.tracked[frame].emulated = (uint32)shadow.fences;
  shadow_check_entry(guest, frame, gpa % PGSIZE / sizeof(pte_t));
  flush();
}

void
paging_written(uint32 original)
{
  if(shadow_followers(original) != NO_TABLE)
    shadow_mark_written(original);
}

void
paging_lend(uint32 original)
{
  shadow.tracked[original].lent++;
  paging_written(original);
}

void
paging_take_back(uint32 original)
{
  shadow.tracked[original].lent--;
  paging_written(original);
}

// The machine address that a shadow entry leads to. It has no bits above the frame number.
static uint64
target(pte_t entry)
{
  return entry >> 10 << PGSHIFT;
}

// The shadow entry of `va` in the root in use, or 0.
static pte_t
lookup(struct guest *guest, uint64 va)
{
  pte_t root = shadow.page[guest->paging->root][PX(2, va)];
  if(!(root & PTE_V))
    return 0;
  pte_t middle = ((const pte_t *)target(root))[PX(1, va)];
  if(!(middle & PTE_V))
    return 0;
  return ((const pte_t *)target(middle))[PX(0, va)];
}

// The code was fetched through the shadows, so there it is, unless it had to go in this very exit.
const uint16 *
paging_fetch(struct vcpu *vcpu, uint64 va)
{
  uint64 gpa;
  pte_t entry = lookup(vcpu->guest, va);
  if(entry & PTE_X)
    return (const uint16 *)(target(entry) + va % PGSIZE);
  int user = !(csr_read(sstatus) & SSTATUS_SPP);
  if(walk_fetch(vcpu, va, user, &gpa) < 0 || !guest_owns(vcpu->guest, gpa))
    return NULL;
  return (const uint16 *)guest_address(vcpu->guest, gpa);
}

// Whether a table that splits `source` may go on for the same leaf as `pte`: A and D may only have
// come.
static int
still_splits(pte_t source, pte_t pte)
{
  return ((source ^ pte) & ~(PTE_A | PTE_D)) == 0 && !(source & ~pte);
}

// The table that entry `index` of `parent` has to lead to for the walk `w`.
static uint32
child_for(struct guest *guest, uint32 parent, uint index, const struct walk *w)
{
  int level = shadow.table[parent].level - 1;
  int splits = level < w->level;
  pte_t entry = shadow.page[parent][index];
  if(entry & PTE_V){
    uint32 child = shadow_child(entry);
    struct table *c = &shadow.table[child];
    if(splits && shadow.kind[child] == TABLE_SPLITS && still_splits(c->source, w->pte)){
      c->source = w->pte;
      return child;
    }
    if(!splits && shadow.kind[child] == TABLE_FOLLOWS && c->frame == w->table[level])
      return child;
    shadow_clear(parent, index);
  }
  uint32 child;
  if(splits){
    child = shadow_table_take(TABLE_SPLITS, level);
    shadow.table[child].source = w->pte;
  } else {
    child = shadow_follow(w->table[level], level);
    if(shadow_is_written(w->table[level]))
      shadow_check(guest, child);
  }
  shadow_branch(parent, index, child);
  return child;
}

// Whether a leaf to what lies at `gpa` may be writable now. A second store to a followed table
// after a fence makes it one that is written freely; so does a first store to entry 0, with which
// clearing it begins.
static enum paging_result
rights(uint64 gpa, enum access access, pte_t *leaf)
{
  uint32 frame = frame_at(PTE2PA(*leaf));
  struct tracked *tracked = &shadow.tracked[frame];
  if(!(*leaf & PTE_W) || shadow_followers(frame) == NO_TABLE || shadow_is_written(frame))
    return PAGING_FILLED;
  if(access != ACCESS_STORE){
    *leaf &= ~(PTE_W | PTE_D);
    return PAGING_FILLED;
  }
  if(tracked->emulated != (uint32)shadow.fences && gpa % PGSIZE >= sizeof(pte_t))
    return PAGING_TABLE;
  shadow_mark_written(frame);
  return PAGING_WRITTEN;
}

// Makes or widens the shadow entry of `va`.
static enum paging_result
fill(struct guest *guest, uint64 va, const struct walk *w, enum access access)
{
  pte_t leaf = shadow_leaf_of(guest, w->pte, w->gpa);
  enum paging_result result = rights(w->gpa, access, &leaf);
  if(result == PAGING_TABLE)
    return result;
  shadow_reserve(guest, ROOT_LEVEL);
  uint32 table = guest->paging->root;
  for(int level = ROOT_LEVEL; level > 0; level--)
    table = child_for(guest, table, PX(level, va), w);
  // The way to the leaf may have been through the very frame it leads to.
  if(result == PAGING_FILLED)
    result = rights(w->gpa, access, &leaf);
  if(result == PAGING_TABLE)
    return result;
  uint index = PX(0, va);
  pte_t old = shadow.page[table][index];
  if((old & PTE_V) && PTE2PA(old) != PTE2PA(leaf))
    shadow_clear(table, index);
  shadow_leaf(table, index, leaf);
  return result;
}

// With satp Bare there are two roots, since a leaf is for VS-mode or for VU-mode, never for both.
static enum paging_result
fault_bare(struct vcpu *vcpu, enum access access, uint64 va, int user)
{
  struct guest *guest = vcpu->guest;
  struct walk w = { .level = ROOT_LEVEL + 1, .gpa = va };
  uint32 root = shadow_root_identity(guest, user ? IDENTITY_VU : IDENTITY_VS);
  if(root != guest->paging->root){
    shadow_enter(guest, root);
    flush();
  }
  vcpu->device_address = va;
  if(!guest_owns(guest, va))
    return access == ACCESS_FETCH ? PAGING_ACCESS : PAGING_DEVICE;
  w.pte = shadow.table[root].source;
  enum paging_result filled = fill(guest, va, &w, access);
  flush();
  return filled;
}

// Sets A and D in the guest's entry as hardware would. -1: the guest gets the fault instead.
static int
set_accessed(struct guest *guest, struct walk *w, enum access access)
{
  pte_t wanted = w->pte | PTE_A | (access == ACCESS_STORE ? PTE_D : 0);
  if(wanted == w->pte)
    return 0;
  if(!guest->hardware_ad)
    return -1;
  *w->entry = w->pte = wanted;
  return 0;
}

static struct device_page *
device_page(struct guest *guest, enum access access)
{
  return &guest->paging->device[access == ACCESS_STORE];
}

// Only pages of VS-mode that are readable (or writable) themselves: what SUM and MXR say is then
// the same.
static void
remember_device(struct guest *guest, enum access access, uint64 va, const struct walk *w)
{
  if((w->pte & PTE_U) || !(w->pte & PTE_R))
    return;
  *device_page(guest, access) = (struct device_page){
    .page = PGROUNDDOWN(va), .gpa = PGROUNDDOWN(w->gpa), .fences = shadow.fences,
  };
}

// Follows the guest's tables, satp not being Bare, as the hart would for `access`: PAGING_FILLED, and
// where it led in `w`, or the exception.
static enum paging_result
translate(struct vcpu *vcpu, enum access access, uint64 va, int user, struct walk *w)
{
  enum walk_result result = walk(vcpu->guest, vcpu->satp, va, w);
  if(result == WALK_ACCESS_FAULT)
    return PAGING_ACCESS;
  if(result == WALK_PAGE_FAULT || !walk_permits(w->pte, access, user, csr_read(vsstatus)) ||
     set_accessed(vcpu->guest, w, access) < 0)
    return PAGING_PAGE;
  return PAGING_FILLED;
}

enum paging_result
paging_translates(struct vcpu *vcpu, int store, uint64 va)
{
  struct walk w;
  if(SATP_MODE(vcpu->satp) == SATP_MODE_BARE)
    return PAGING_FILLED;
  int user = !(csr_read(sstatus) & SSTATUS_SPP);
  return translate(vcpu, store ? ACCESS_STORE : ACCESS_LOAD, va, user, &w);
}

// Apart from paging_fault, so that an access to a device does not pay for the registers that this
// needs.
__attribute__((noinline)) static enum paging_result
fault(struct vcpu *vcpu, enum access access, uint64 va, int user)
{
  struct guest *guest = vcpu->guest;
  struct walk w;
  if(SATP_MODE(vcpu->satp) == SATP_MODE_BARE)
    return fault_bare(vcpu, access, va, user);
  enum paging_result result = translate(vcpu, access, va, user, &w);
  if(result != PAGING_FILLED)
    return result;
  vcpu->device_address = w.gpa;
  if(!guest_owns(guest, w.gpa)){
    if(access == ACCESS_FETCH)
      return PAGING_ACCESS;
    if(!user)
      remember_device(guest, access, va, &w);
    return PAGING_DEVICE;
  }
  enum paging_result filled = fill(guest, va, &w, access);
  flush();
  return filled;
}

enum paging_result
paging_fault(struct vcpu *vcpu, uint64 cause, uint64 va)
{
  int user = !(csr_read(sstatus) & SSTATUS_SPP);
  if(cause == CAUSE_INSTRUCTION_PAGE)
    return fault(vcpu, ACCESS_FETCH, va, user);
  enum access access = cause == CAUSE_LOAD_PAGE ? ACCESS_LOAD : ACCESS_STORE;
  const struct device_page *device = device_page(vcpu->guest, access);
  if(device->fences != shadow.fences || device->page != PGROUNDDOWN(va) || user)
    return fault(vcpu, access, va, user);
  vcpu->device_address = device->gpa | va % PGSIZE;
  return PAGING_DEVICE;
}
