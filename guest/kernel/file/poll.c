// poll: waiting for any of several files. Those that wait sleep on one channel and look at all
// their files again whenever any file changes, which is cheap as long as few processes wait.

#include "file/file.h"
#include "process/process.h"
#include "trap/syscall.h"
#include "trap/timer.h"
#include "memory/vm.h"

#define MOST_FDS NOFILE

static int waiting; // processes that sleep here

void
poll_changed(void)
{
  if(waiting > 0)
    wake_up(&waiting);
}

static int
look(struct pollfd *fds, int n)
{
  int ready = 0;
  for(int i = 0; i < n; i++){
    fds[i].revents = 0;
    if(fds[i].fd < 0)
      continue;
    struct file *file = descriptor_file(fds[i].fd);
    if(file == NULL)
      fds[i].revents = POLLERR;
    else
      fds[i].revents = file_poll(file) & (fds[i].events | POLLERR | POLLHUP);
    if(fds[i].revents != 0)
      ready++;
  }
  return ready;
}

// poll(struct pollfd *fds, int n, int ticks)
uint64
sys_poll(void)
{
  static struct pollfd copies[NPROC][MOST_FDS]; // one for each process: too large for a stack
  struct pollfd *fds = copies[current - processes];
  uint64 at = argument(0);
  int n = argument(1), wait = argument(2);
  if(n < 0 || n > MOST_FDS || copy_in(fds, at, n * sizeof *fds) < 0)
    return -1;
  uint64 deadline = wait < 0 ? FOREVER : ticks + wait;
  int ready, overdue = wait == 0;
  while((ready = look(fds, n)) == 0 && !overdue){
    if(current->killed)
      return -1;
    waiting++;
    overdue = sleep_until(&waiting, deadline) < 0;
    waiting--;
  }
  return copy_out(at, fds, n * sizeof *fds) < 0 ? -1 : ready;
}
