// The frame allocator: original frames, from FRAMES_BASE to the end of the original bank.
//
// Invariant: a frame is free if and only if its record's use is FRAME_FREE; a free frame has not
// been touched by the allocator, at boot or later. Addresses handed out are physical, which is also
// where the kernel's direct map has them.
#pragma once

#include "abi.h"
#include "audit.h"
#include "riscv.h"
#include "virt.h"

extern struct frame *frames; // one record for each original frame
extern struct audit_kernel audit_kernel;

void   frames_init(void);
// A frame for `use`, with its backup if the coverage asks for one. Contents are whatever was there.
// NULL if there is no frame or no backup frame.
void  *frame_alloc(int use);
void  *frame_alloc_cleared(int use);
void   frame_free(void *frame);
// As frame_free, for a frame that holds only zeros: it may be handed out as cleared without clearing it.
void   frame_free_empty(void *frame);
void   frames_statistics(struct statistics *out);

// At boot only: room behind the kernel's bss, below FRAMES_BASE, for records of at most MAX_FRAMES
// originals and as many backups (kernel.ld keeps it free). More memory than that stays unused, in
// every config alike.
#define MAX_FRAMES 65536U
void  *metadata_take(uint64 bytes);

// A frame's index in the records, and back.
static inline uint32
frame_index(const void *frame)
{
  return ((uint64)frame - FRAMES_BASE) >> PGSHIFT;
}

static inline void *
frame_at(uint32 index)
{
  return (void *)(FRAMES_BASE + ((uint64)index << PGSHIFT));
}
