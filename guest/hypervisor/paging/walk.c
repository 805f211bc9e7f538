// Following a guest's own page tables, as the privileged specification lays it down (Sv39,
// translation process). A table that the guest never touched reads as zeros and does not come into
// being by that.

#include "paging/walk.h"
#include "machine/h_csr.h"

#define VA_BITS 39

enum walk_result
walk(struct guest *guest, uint64 satp, uint64 va, struct walk *w)
{
  if((uint64)((int64)(va << (64 - VA_BITS)) >> (64 - VA_BITS)) != va)
    return WALK_PAGE_FAULT;
  uint64 at = (satp & SATP_PPN) << PGSHIFT, frames_base = originals.base, base = guest->base;
  for(int level = ROOT_LEVEL; ; level--){
    uint64 number = (at - base) >> PGSHIFT;
    if(number >= guest->frames)
      return WALK_ACCESS_FAULT;
    uint32 frame = guest->map[number];
    if(frame == NO_FRAME)
      return WALK_PAGE_FAULT;
    w->table[level] = frame;
    pte_t *entry = (pte_t *)(frames_base + ((uint64)frame << PGSHIFT)) + PX(level, va);
    pte_t pte = *entry;
    if(!walk_valid(pte))
      return WALK_PAGE_FAULT;
    at = pte >> 10 << PGSHIFT; // the bits above are clear in a valid entry
    if(pte & (PTE_R | PTE_X)){
      uint64 within = (1UL << (PGSHIFT + 9 * level)) - 1;
      if(at & within)
        return WALK_PAGE_FAULT;
      w->level = level;
      w->pte = pte;
      w->entry = entry;
      w->gpa = at | (va & within);
      return WALK_DONE;
    }
    if(level == 0 || (pte & (PTE_A | PTE_D | PTE_U)))
      return WALK_PAGE_FAULT;
  }
}

int
walk_permits(pte_t pte, enum access access, int user, uint64 sstatus)
{
  if(user ? !(pte & PTE_U) : (pte & PTE_U) && (access == ACCESS_FETCH || !(sstatus & SSTATUS_SUM)))
    return 0;
  switch(access){
  case ACCESS_FETCH:
    return (pte & PTE_X) != 0;
  case ACCESS_LOAD:
    return (pte & PTE_R) != 0 || ((sstatus & SSTATUS_MXR) && (pte & PTE_X));
  default:
    return (pte & PTE_W) != 0;
  }
}

int
walk_fetch(struct vcpu *vcpu, uint64 va, int user, uint64 *gpa)
{
  struct walk w;
  if(SATP_MODE(vcpu->satp) == SATP_MODE_BARE){
    *gpa = va;
    return 0;
  }
  if(walk(vcpu->guest, vcpu->satp, va, &w) != WALK_DONE)
    return -1;
  if(!walk_permits(w.pte, ACCESS_FETCH, user, 0))
    return -1;
  *gpa = w.gpa;
  return 0;
}
