// No mirroring: the contract of mirror.h with nothing promised.

#include "mirror/mirror.h"
#include "device/devicetree.h"
#include "virt.h"

// Originals go to the end of the bank that the kernel lies in.
void
mirror_place(struct placement *out)
{
  *out = (struct placement){ 0 };
  for(int i = 0; i < devicetree.bank_count; i++){
    const struct bank *bank = &devicetree.banks[i];
    if(bank->base <= KERNEL_BASE && KERNEL_BASE < bank->base + bank->bytes)
      out->originals_end = bank->base + bank->bytes;
  }
}

void
mirror_init(const struct placement *place, uint32 originals)
{
  (void)place;
  (void)originals;
}

void
mirror_attach(pagetable_t kernel_root)
{
  (void)kernel_root;
}

int
mirror_frame(uint32 original)
{
  (void)original;
  return 0;
}

void
mirror_release(uint32 original)
{
  (void)original;
}

int
mirror_span(pagetable_t root, uint64 va, pte_t **slots)
{
  (void)root;
  (void)va;
  *slots = NULL;
  return 0;
}

void
mirror_enter(pte_t *slot, uint64 pa)
{
  (void)slot;
  (void)pa;
}

void
mirror_unleaf(pagetable_t root, uint64 from, uint64 to)
{
  (void)root;
  (void)from;
  (void)to;
}

void
mirror_retract(pagetable_t root, uint64 from, uint64 to)
{
  (void)root;
  (void)from;
  (void)to;
}

void
mirror_statistics(struct statistics *out)
{
  out->backups_usable = 0;
  out->backups_free = 0;
  out->backup_tables = 0;
}
