// THE contract of mirroring. mirror_off.c and mirror_on.c both keep it, and a kernel is linked with
// one of them; nothing else in the kernel knows which.
//
// What mirroring promises (coverage `user+tables`, policy `space`):
//  - Each FRAME_USER and each FRAME_TABLE frame has exactly one backup frame, in the backup bank,
//    from the moment frame_alloc returns it to the moment frame_free takes it back. FRAME_USER
//    counts everything a process owns: its pages and its trapframe. FRAME_KERNEL frames (kernel
//    stacks, buffers) have none.
//  - The kernel reaches the backup of a covered frame at the frame's address + MIRROR_OFFSET (the
//    backup map); that leaf exists exactly as long as the backup does.
//  - Each leaf of a user table that user code may use (PTE_U) has its backup leaf in the same
//    table, at va + MIRROR_OFFSET, to the backup of the frame it maps, without PTE_U and never
//    executable. Trapframe and trampoline lie above every backup range: the trapframe's frame is
//    backed in the backup map alone, the trampoline is part of the kernel's image.
//  - Tables that hold only backup leaves are frames of the backup bank (BACKUP_TABLE), mapped for
//    the kernel at their physical address while in use. Nothing else maps the backup bank.
//  - Contents are not kept equal. A backup frame is not cleared, so only the kernel may reach it.
//  - Out of backup frames is out of memory: the call says -1 and leaves no backup behind.
#pragma once

#include "abi.h"
#include "riscv.h"

struct placement {
  uint64 originals_end;  // originals lie in [FRAMES_BASE, originals_end)
  uint64 backups_base;   // 0 without mirroring
  uint64 backups_count;
};

// Decides from the device tree where originals end and backups lie.
void mirror_place(struct placement *out);
// Before the kernel's table is made; paging is off.
void mirror_init(const struct placement *place, uint32 originals);
// Hangs the backup map into the kernel's root. Once, before paging is on.
void mirror_attach(pagetable_t kernel_root);

// A frame came into use: gives it its backup frame and its leaf in the backup map. 0, or -1 if there is
// none.
int  mirror_frame(uint32 original);
// The frame is about to be freed: takes both away.
void mirror_release(uint32 original);

// User leaves are about to be written into the span of 2 MiB around va: gives in *slots where
// the backup leaves of its 512 pages go, in a table made if need be; NULL without mirroring. 0, or
// -1 if there is no frame.
int  mirror_span(pagetable_t root, uint64 va, pte_t **slots);
// A user leaf to the frame at pa is being written: writes its backup leaf into its slot.
void mirror_enter(pte_t *slot, uint64 pa);
// The user leaves of [from, to) are about to go, and nothing is mapped between `to` and USER_TOP:
// removes their backup leaves, and the backup tables that this leaves empty.
void mirror_unleaf(pagetable_t root, uint64 from, uint64 to);

// As mirror_unleaf, for pages whose mapping failed halfway, with others mapped around: removes the
// backup leaves of [from, to) and the backup tables that are empty then.
void mirror_retract(pagetable_t root, uint64 from, uint64 to);

void mirror_statistics(struct statistics *out);
