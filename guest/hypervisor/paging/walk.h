// Following a guest's own page tables (Sv39), in software.
#pragma once

#include "guest/guest.h"
#include "riscv.h"

#define ROOT_LEVEL 2

enum access { ACCESS_FETCH, ACCESS_LOAD, ACCESS_STORE };

enum walk_result {
  WALK_DONE,
  WALK_PAGE_FAULT,
  WALK_ACCESS_FAULT, // a table lies outside the guest's memory
};

// Where a walk led.
struct walk {
  int    level;                 // the leaf's; 0: a page of 4 KiB
  pte_t  pte;                   // the leaf
  pte_t  *entry;                // where the leaf lies
  uint32 table[ROOT_LEVEL + 1]; // by level: the original frame that holds the table
  uint64 gpa;                   // what the address translates to
};

#define PTE_RESERVED (0x3ffUL << 54) // N, PBMT and reserved bits: nothing here implements them

// V, V|R and V|R|W, as a set of the values of an entry's lowest three bits.
#define WALK_VALID (1U << PTE_V | 1U << (PTE_V | PTE_R) | 1U << (PTE_V | PTE_R | PTE_W))

static inline int
walk_valid(pte_t pte)
{
  return (WALK_VALID >> (pte & (PTE_V | PTE_R | PTE_W)) & 1) && !(pte & PTE_RESERVED);
}

// Requires: satp in mode Sv39.
enum walk_result walk(struct guest *guest, uint64 satp, uint64 va, struct walk *w);

// Whether a leaf lets `access` pass, for VU-mode (`user`) or VS-mode under the guest's sstatus; A
// and D aside.
int walk_permits(pte_t pte, enum access access, int user, uint64 sstatus);

// The guest-physical address that the hart would fetch `va` from. -1: it would fault.
int walk_fetch(struct vcpu *vcpu, uint64 va, int user, uint64 *gpa);
