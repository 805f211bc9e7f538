// System calls about processes, memory and time.

#include "process/exec.h"
#include "memory/frames.h"
#include "mirror/mirror.h"
#include "device/power.h"
#include "process/process.h"
#include "string.h"
#include "trap/syscall.h"
#include "trap/timer.h"
#include "trap/trap.h"
#include "memory/vm.h"

uint64
sys_fork(void)
{
  return process_fork();
}

uint64
sys_exit(void)
{
  process_exit(argument(0));
}

uint64
sys_wait(void)
{
  return process_wait(argument(0));
}

uint64
sys_kill(void)
{
  return process_kill(argument(0));
}

uint64
sys_getpid(void)
{
  return current->pid;
}

static uint64
grow(int lazily)
{
  uint64 old = current->size;
  return process_resize((int)argument(0), lazily) < 0 ? (uint64)-1 : old;
}

uint64
sys_sbrk(void)
{
  return grow((int)argument(1) == SBRK_LAZY);
}

uint64
sys_sbrk_lazy(void)
{
  return grow(1);
}

uint64
sys_sleep(void)
{
  int n = argument(0);
  uint64 end = ticks + (n > 0 ? n : 0);
  while(ticks < end){
    if(current->killed)
      return -1;
    sleep_until(&ticks, end);
  }
  return 0;
}

uint64
sys_uptime(void)
{
  return ticks;
}

uint64
sys_yield(void)
{
  yield();
  return 0;
}

uint64
sys_power_off(void)
{
  power_off(argument(0));
}

uint64
sys_statistics(void)
{
  struct statistics statistics = {
    .processes = process_count(),
    .context_switches = context_switches,
    .page_faults = page_faults,
  };
  frames_statistics(&statistics);
  mirror_statistics(&statistics);
  return copy_out(argument(0), &statistics, sizeof statistics);
}

// Collects argv[], ended by a null pointer, from the user's memory. 0, or -1 if a pointer is bad or
// it is too much.
static int
collect(struct arguments *to, uint64 argv)
{
  to->bytes = 0;
  for(to->count = 0; ; to->count++){
    uint64 string;
    if(copy_in(&string, argv + to->count * sizeof string, sizeof string) < 0)
      return -1;
    if(string == 0)
      return 0;
    if(to->count == MAXARG)
      return -1;
    int n = copy_in_string(to->strings + to->bytes, string, sizeof to->strings - to->bytes);
    if(n < 0)
      return -1;
    to->bytes += n + 1;
  }
}

uint64
sys_exec(void)
{
  char path[MAXPATH];
  struct arguments *arguments = frame_alloc(FRAME_KERNEL);
  if(arguments == NULL)
    return -1;
  int64 status = -1;
  if(argument_path(0, path) == 0 && collect(arguments, argument(1)) == 0)
    status = exec(path, arguments);
  frame_free(arguments);
  return status;
}
