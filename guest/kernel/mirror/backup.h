// Inside mirroring: where backups lie, and what an entry that leads to one looks like.
#pragma once

#include "memory/frames.h"
#include "mirror/mirror.h"

static uint64 backups_base; // a multiple of 2 MiB

static inline uint64
backup_address(uint32 backup)
{
  return backups_base + ((uint64)backup << PGSHIFT);
}

// For the kernel alone: no PTE_U; data, whatever the original is.
static inline pte_t
backup_entry(uint64 pa)
{
  return PA2PTE(pa) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
}
