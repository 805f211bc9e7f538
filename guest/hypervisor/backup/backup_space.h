// What backup_space.c and the writers of backup entries share.
#pragma once

#include "audit.h"
#include "machine/machine.h"
#include "riscv.h"

// Backups are reached by Memvisor alone: never user-accessible, never executable.
#define BACKUP_LEAF (PTE_V | PTE_R | PTE_W | PTE_A | PTE_D)

// The backup table of table n is frame n of the backup bank; the backups of frames follow them.
static inline pte_t *
backup_table(uint32 table)
{
  return (pte_t *)(machine.backup.base + ((uint64)table << PGSHIFT));
}

// The leaf to a frame of the backup bank.
static inline pte_t
backup_pte(uint32 backup)
{
  return PA2PTE(machine.backup.base + ((uint64)backup << PGSHIFT)) | BACKUP_LEAF;
}
