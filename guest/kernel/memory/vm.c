// Page tables: Sv39 with leaves of 4 KiB only, in every config, so that mirroring is never charged
// for splitting larger ones. A and D are set from the start: no table depends on hardware that
// updates them.

#include "memory/vm.h"
#include "memory/frames.h"
#include "layout.h"
#include "mirror/mirror.h"
#include "device/plic.h"
#include "device/devicetree.h"
#include "print.h"
#include "process/process.h"
#include "string.h"
#include "trap/trap.h"

#define ENTRIES 512
#define SPAN(level) (PGSIZE << (9 * (level))) // what one entry of a table of this level covers

extern char text_end[], trampoline[]; // kernel.ld

pagetable_t kernel_root;

// The table that holds va's leaf, made if `make`; NULL if there is none.
static pagetable_t
leaf_table(pagetable_t root, uint64 va, int make)
{
  pagetable_t table = root;
  for(int level = 2; level > 0; level--){
    pte_t *entry = &table[PX(level, va)];
    if(*entry & PTE_V){
      table = (pagetable_t)PTE2PA(*entry);
      continue;
    }
    if(!make || (table = frame_alloc_cleared(FRAME_TABLE)) == NULL)
      return NULL;
    *entry = PA2PTE(table) | PTE_V;
  }
  return table;
}

pte_t *
vm_walk(pagetable_t root, uint64 va)
{
  pagetable_t table = leaf_table(root, va, 0);
  return table == NULL ? NULL : &table[PX(0, va)];
}

// A span of 2 MiB made ready for leaves: the table that takes them and the slots of their
// backups.
struct span {
  pagetable_t table;
  pte_t *backups; // NULL: these leaves have none
};

// 0, or -1 if out of frames.
static int
span_at(pagetable_t root, uint64 va, uint64 flags, struct span *out)
{
  out->backups = NULL;
  out->table = leaf_table(root, va, 1);
  if(out->table == NULL)
    return -1;
  return flags & VM_USER ? mirror_span(root, va, &out->backups) : 0;
}

// The only place that writes a leaf; and so its backup's.
static inline void
write_leaf(const struct span *span, uint64 va, uint64 pa, uint64 flags)
{
  pte_t *leaf = &span->table[PX(0, va)];
  if(*leaf & PTE_V)
    panic("vm: mapping a page twice");
  *leaf = PA2PTE(pa) | flags | PTE_V | PTE_A | PTE_D;
  if(span->backups != NULL)
    mirror_enter(&span->backups[PX(0, va)], pa);
}

// Whether va begins a span that a loop over pages from `first` on has not got yet.
static inline int
enters_span(uint64 va, uint64 first)
{
  return va == first || va % SPAN(1) == 0;
}

// Removes the leaves of [from, to) below `table`, whose first entry covers `base`, and frees their
// frames; and frees the tables that lie wholly at or above `from`. Nothing is mapped from `to` to
// USER_TOP.
static void
clear(pagetable_t table, int level, uint64 base, uint64 from, uint64 to)
{
  uint64 span = SPAN(level);
  uint64 first = from > base ? (from - base) / span : 0;
  for(uint64 i = first; i < ENTRIES && base + i * span < to; i++){
    if((table[i] & PTE_V) == 0)
      continue;
    uint64 at = base + i * span;
    void *below = (void *)PTE2PA(table[i]);
    if(level > 0)
      clear(below, level - 1, at, from, to);
    if(at < from)
      continue;
    table[i] = 0;
    if(level > 0)
      frame_free_empty(below); // all its entries went
    else
      frame_free(below);
  }
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

// Removes what lies in [from, to) below `table`, whose first entry covers `base`, whatever is mapped
// around: the leaves with their frames, and each table on the way that is empty then, as this sees by
// looking at all of its entries. Whether `table` itself is.
static int
undo(pagetable_t table, int level, uint64 base, uint64 from, uint64 to)
{
  uint64 span = SPAN(level);
  for(uint64 i = from > base ? (from - base) / span : 0; i < ENTRIES && base + i * span < to; i++){
    if((table[i] & PTE_V) == 0)
      continue;
    void *below = (void *)PTE2PA(table[i]);
    if(level > 0 && !undo(below, level - 1, base + i * span, from, to))
      continue;
    table[i] = 0;
    if(level > 0)
      frame_free_empty(below);
    else
      frame_free(below);
  }
  return is_empty(table);
}

// The pages of [from, to) were about to be mapped when frames ran out: all goes that was made for
// them, leaves and tables.
static void
retract(pagetable_t root, uint64 from, uint64 to, uint64 flags)
{
  if(flags & VM_USER)
    mirror_retract(root, from, to);
  undo(root, 2, 0, from, to);
}

int
vm_map(pagetable_t root, uint64 va, uint64 pa, uint64 flags)
{
  struct span span;
  if(span_at(root, va, flags, &span) < 0){
    retract(root, va, va + PGSIZE, flags);
    return -1;
  }
  write_leaf(&span, va, pa, flags);
  return 0;
}

void
kvm_map(uint64 va, uint64 pa, uint64 bytes, uint64 flags)
{
  struct span span;
  for(uint64 at = 0; at < bytes; at += PGSIZE){
    if(enters_span(va + at, va) && span_at(kernel_root, va + at, flags, &span) < 0)
      panic("vm: no frames for the kernel's table");
    write_leaf(&span, va + at, pa + at, flags);
  }
}

void
kvm_init(void)
{
  struct statistics memory;
  frames_statistics(&memory);
  uint64 end = FRAMES_BASE + memory.frames_usable * PGSIZE;
  kernel_root = frame_alloc_cleared(FRAME_TABLE);
  audit_kernel.kernel_root = (uint64)kernel_root;
  mirror_attach(kernel_root);
  kvm_map(KERNEL_BASE, KERNEL_BASE, (uint64)text_end - KERNEL_BASE, VM_READ | VM_EXEC);
  kvm_map((uint64)text_end, (uint64)text_end, end - (uint64)text_end, VM_READ | VM_WRITE);
  kvm_map(VIRT_UART, VIRT_UART, PGSIZE, VM_READ | VM_WRITE);
  kvm_map(VIRT_VIRTIO, VIRT_VIRTIO, VIRT_VIRTIO_SLOTS * VIRT_VIRTIO_STEP, VM_READ | VM_WRITE);
  plic_map();
  if(devicetree.finisher != 0)
    kvm_map(devicetree.finisher, devicetree.finisher, PGSIZE, VM_READ | VM_WRITE);
  kvm_map(TRAMPOLINE, (uint64)trampoline, PGSIZE, VM_READ | VM_EXEC);
}

void
kvm_enable(void)
{
  csr_write(satp, MAKE_SATP(kernel_root));
  sfence_vma();
}

pagetable_t
uvm_create(void *trapframe)
{
  pagetable_t root = frame_alloc_cleared(FRAME_TABLE);
  if(root == NULL)
    return NULL;
  if(vm_map(root, TRAMPOLINE, (uint64)trampoline, VM_READ | VM_EXEC) < 0 ||
     vm_map(root, TRAPFRAME, (uint64)trapframe, VM_READ | VM_WRITE) < 0){
    uvm_destroy(root, 0);
    return NULL;
  }
  return root;
}

void
uvm_destroy(pagetable_t root, uint64 size)
{
  uvm_shrink(root, size, 0);
  // What is left are the tables of the reserved top. The frames it leads to are not the table's.
  pte_t *entry = &root[PX(2, TRAMPOLINE)];
  if(*entry & PTE_V){
    pagetable_t middle = (pagetable_t)PTE2PA(*entry);
    pte_t *lower = &middle[PX(1, TRAMPOLINE)];
    if(*lower & PTE_V){
      pagetable_t bottom = (pagetable_t)PTE2PA(*lower);
      bottom[PX(0, TRAMPOLINE)] = bottom[PX(0, TRAPFRAME)] = 0;
      frame_free_empty(bottom);
      *lower = 0;
    }
    frame_free_empty(middle);
    *entry = 0;
  }
  frame_free_empty(root);
}

int
uvm_grow(pagetable_t root, uint64 from, uint64 to, uint64 flags)
{
  uint64 first = PGROUNDUP(from);
  struct span span;
  for(uint64 va = first; va < to; va += PGSIZE){
    void *frame;
    if((enters_span(va, first) && span_at(root, va, flags | VM_USER, &span) < 0) ||
       (frame = frame_alloc_cleared(FRAME_USER)) == NULL){
      retract(root, first, va + PGSIZE, VM_USER);
      return -1;
    }
    write_leaf(&span, va, (uint64)frame, flags | VM_USER);
  }
  return 0;
}

void
uvm_shrink(pagetable_t root, uint64 from, uint64 to)
{
  uint64 first = PGROUNDUP(to), end = PGROUNDUP(from);
  if(first >= end)
    return;
  mirror_unleaf(root, first, end);
  clear(root, 2, 0, first, end);
}

// Copies the pages of one span, [va, end). 0, or -1 if out of frames.
static int
copy_span(const pte_t *from, pagetable_t to, uint64 va, uint64 end)
{
  struct span span = { 0 };
  for(; va < end; va += PGSIZE){
    pte_t leaf = from[PX(0, va)];
    if((leaf & PTE_V) == 0)
      continue;
    void *frame;
    if((span.table == NULL && span_at(to, va, VM_USER, &span) < 0) ||
       (frame = frame_alloc(FRAME_USER)) == NULL)
      return -1;
    page_copy(frame, (void *)PTE2PA(leaf));
    write_leaf(&span, va, (uint64)frame, PTE_FLAGS(leaf));
  }
  return 0;
}

int
uvm_copy(pagetable_t from, pagetable_t to, uint64 size)
{
  for(uint64 va = 0; va < size; va += SPAN(1)){
    uint64 end = va + SPAN(1) < size ? va + SPAN(1) : size;
    pagetable_t table = leaf_table(from, va, 0);
    if(table != NULL && copy_span(table, to, va, end) < 0){
      uvm_shrink(to, end, 0);
      return -1;
    }
  }
  return 0;
}

int
uvm_fault(struct process *p, uint64 va)
{
  va = PGROUNDDOWN(va);
  if(va < p->heap || va >= p->size)
    return -1;
  pte_t *leaf = vm_walk(p->root, va);
  if(leaf != NULL && (*leaf & PTE_V))
    return -1;
  page_faults++;
  return uvm_grow(p->root, va, va + PGSIZE, VM_READ | VM_WRITE);
}
