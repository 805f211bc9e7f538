// Copying between the kernel and the current process. The kernel never follows a user's pointer
// itself: it walks the process's table and uses its own map of the frame, so a bad pointer is a
// value, not a trap.

#include "memory/vm.h"
#include "layout.h"
#include "process/process.h"
#include "string.h"

uint64
uvm_frame(struct process *p, uint64 va, uint64 how)
{
  if(va >= USER_TOP)
    return 0;
  uint64 need = PTE_V | PTE_U | how;
  pte_t *leaf = vm_walk(p->root, va);
  if(leaf == NULL || (*leaf & PTE_V) == 0){
    if(uvm_fault(p, va) < 0)
      return 0;
    leaf = vm_walk(p->root, va);
  }
  return (*leaf & need) == need ? PTE2PA(*leaf) : 0;
}

// The largest piece from va on that stays in its page.
static uint64
piece(uint64 va, uint64 bytes)
{
  uint64 rest = PGSIZE - va % PGSIZE;
  return rest < bytes ? rest : bytes;
}

int
copy_in(void *to, uint64 from, uint64 bytes)
{
  for(uint64 n; bytes > 0; bytes -= n, from += n, to = (char *)to + n){
    uint64 frame = uvm_frame(current, from, VM_READ);
    if(frame == 0)
      return -1;
    n = piece(from, bytes);
    memcpy(to, (void *)(frame + from % PGSIZE), n);
  }
  return 0;
}

int
copy_out(uint64 to, const void *from, uint64 bytes)
{
  for(uint64 n; bytes > 0; bytes -= n, to += n, from = (const char *)from + n){
    uint64 frame = uvm_frame(current, to, VM_WRITE);
    if(frame == 0)
      return -1;
    n = piece(to, bytes);
    memcpy((void *)(frame + to % PGSIZE), from, n);
  }
  return 0;
}

int
copy_in_string(char *to, uint64 from, uint64 most)
{
  uint64 done = 0;
  while(done < most){
    uint64 frame = uvm_frame(current, from + done, VM_READ);
    if(frame == 0)
      return -1;
    const char *s = (const char *)(frame + (from + done) % PGSIZE);
    for(uint64 n = piece(from + done, most - done); n > 0; n--, done++){
      if((to[done] = *s++) == 0)
        return done;
    }
  }
  return -1;
}
