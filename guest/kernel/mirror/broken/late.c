// Broken on purpose, for the audit: every sixteenth user page gets its backup entry only when the next
// page gets one. Linked around mirror_on.c (--wrap).

#include "mirror/mirror.h"

void __real_mirror_enter(pte_t *slot, uint64 pa);

void
__wrap_mirror_enter(pte_t *slot, uint64 pa)
{
  static uint32 entered;
  static pte_t *late_slot;
  static uint64 late_pa;

  if(late_slot != NULL)
    __real_mirror_enter(late_slot, late_pa);
  late_slot = NULL;
  if(++entered % 16 == 0){
    late_slot = slot;
    late_pa = pa;
    return;
  }
  __real_mirror_enter(slot, pa);
}
