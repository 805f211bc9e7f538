// Page tables. kvm_: the kernel's; uvm_: a process's; vm_: both.
//
// Invariant: vm.c is the only place that writes a leaf for an original page and the only one that
// removes it, and tells mirror.h each time.
#pragma once

#include "riscv.h"

struct process;

extern pagetable_t kernel_root;

#define VM_READ  PTE_R
#define VM_WRITE PTE_W
#define VM_EXEC  PTE_X
#define VM_USER  PTE_U

void  kvm_init(void);
void  kvm_enable(void);
// Maps va..va+bytes to pa... At boot only: panics if out of frames.
void  kvm_map(uint64 va, uint64 pa, uint64 bytes, uint64 flags);

// The slot of va's leaf, or NULL if no table leads to it.
pte_t *vm_walk(pagetable_t root, uint64 va);
// Maps one page that is not mapped yet. 0, or -1 if out of frames, with nothing changed.
int   vm_map(pagetable_t root, uint64 va, uint64 pa, uint64 flags);

// A root that maps the trampoline and this trapframe. NULL if out of frames.
pagetable_t uvm_create(void *trapframe);
// Frees the user pages below size and all tables; not the trapframe.
void  uvm_destroy(pagetable_t root, uint64 size);
// Adds cleared pages for [from, to), where none is mapped. 0, or -1 with nothing changed: no page and
// no table is left of what was begun.
int   uvm_grow(pagetable_t root, uint64 from, uint64 to, uint64 flags);
// Frees the pages from PGROUNDUP(to) up to `from`, the end of all that is mapped, and the tables that
// lie wholly there.
void  uvm_shrink(pagetable_t root, uint64 from, uint64 to);
// Copies every page below size, eagerly, as xv6 does, into a table without user pages. 0, or -1 with
// nothing added.
int   uvm_copy(pagetable_t from, pagetable_t to, uint64 size);
// Gives the lazily reserved page at va its frame. 0, or -1 if va is not such a page or there is no
// frame, with nothing changed.
int   uvm_fault(struct process *p, uint64 va);
// Backs [from, to) for `how` (VM_READ, VM_WRITE) with every check that the hardware would make,
// lazily reserved pages included; the frame's address, or 0. `va` must lie below USER_TOP or it is
// refused.
uint64 uvm_frame(struct process *p, uint64 va, uint64 how);

// Between the kernel and the current process. 0, or -1 if the process may not touch all of it: so
// kernel addresses and the backup range are refused. A failed copy may have been done in part.
int   copy_in(void *to, uint64 from, uint64 bytes);
int   copy_out(uint64 to, const void *from, uint64 bytes);
// Copies a string, its end included, of at most `most` bytes. Its length, or -1.
int   copy_in_string(char *to, uint64 from, uint64 most);
