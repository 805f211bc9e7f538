// The frame allocator of a debug kernel: linked around the true one (--wrap), so that neither it nor its
// callers know. It refuses the k-th frame when a program asks for that (debug.h), and keeps watch:
//
//   a frame handed over as empty, or out as cleared, is
//   a frame out of use holds junk, and so does a new one that is not cleared: a reader notices
//
// Invariant: what it refuses, it refuses as the true one would, out of frames: NULL, nothing changed.

#include "memory/frames_debug.h"
#include "debug.h"
#include "memory/frames.h"
#include "print.h"
#include "process/process.h"
#include "string.h"
#include "trap/syscall.h"

#define JUNK 0xa5

void *__real_frame_alloc(int use), *__real_frame_alloc_cleared(int use);
void  __real_frame_free(void *frame), __real_frame_free_empty(void *frame);
void  __real_syscall(void);

static int asker; // the pid of the process that asked for it
static uint64 asked, refused;

int
frame_refused(void)
{
  return current != NULL && asker == current->pid && ++asked == refused;
}

int
page_is_empty(const void *page)
{
  const uint64 *words = page;
  for(uint64 i = 0; i < PGSIZE / sizeof words[0]; i++){
    if(words[i] != 0)
      return 0;
  }
  return 1;
}

void *
__wrap_frame_alloc(int use)
{
  void *frame = frame_refused() ? NULL : __real_frame_alloc(use);
  if(frame != NULL)
    memset(frame, JUNK, PGSIZE);
  return frame;
}

void *
__wrap_frame_alloc_cleared(int use)
{
  void *frame = frame_refused() ? NULL : __real_frame_alloc_cleared(use);
  if(frame != NULL && !page_is_empty(frame))
    panic("frames_debug: a frame handed out as cleared is not");
  return frame;
}

void
__wrap_frame_free(void *frame)
{
  memset(frame, JUNK, PGSIZE);
  __real_frame_free(frame);
}

void
__wrap_frame_free_empty(void *frame)
{
  if(!page_is_empty(frame))
    panic("frames_debug: a frame handed over as empty is not");
  __real_frame_free_empty(frame);
}

void
__wrap_syscall(void)
{
  if(current->trapframe->a7 != SYS_withhold){
    __real_syscall();
    return;
  }
  uint64 k = argument(0);
  current->trapframe->a0 = asker == current->pid ? asked : 0;
  asker = current->pid;
  asked = 0;
  refused = k;
}
