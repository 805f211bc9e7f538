// System calls: from number to function.

#include "trap/syscall.h"
#include "print.h"
#include "process/process.h"
#include "memory/vm.h"

uint64
argument(int n)
{
  return current->trapframe->x[9 + n]; // a0 is x10
}

int
argument_path(int n, char *to)
{
  return copy_in_string(to, argument(n), MAXPATH) < 0 ? -1 : 0;
}

uint64 sys_fork(void), sys_exit(void), sys_wait(void), sys_pipe(void), sys_read(void);
uint64 sys_kill(void), sys_exec(void), sys_fstat(void), sys_chdir(void), sys_dup(void);
uint64 sys_getpid(void), sys_sbrk(void);
uint64 sys_sleep(void), sys_uptime(void), sys_open(void), sys_write(void), sys_mknod(void);
uint64 sys_unlink(void), sys_link(void), sys_mkdir(void), sys_close(void);
uint64 sys_tcp_listen(void), sys_tcp_accept(void), sys_set_nonblocking(void), sys_poll(void);
uint64 sys_sbrk_lazy(void), sys_statistics(void), sys_power_off(void), sys_yield(void);

static uint64 (*const calls[])(void) = {
  [SYS_fork] = sys_fork,
  [SYS_exit] = sys_exit,
  [SYS_wait] = sys_wait,
  [SYS_pipe] = sys_pipe,
  [SYS_read] = sys_read,
  [SYS_kill] = sys_kill,
  [SYS_exec] = sys_exec,
  [SYS_fstat] = sys_fstat,
  [SYS_chdir] = sys_chdir,
  [SYS_dup] = sys_dup,
  [SYS_getpid] = sys_getpid,
  [SYS_sbrk] = sys_sbrk,
  [SYS_sleep] = sys_sleep,
  [SYS_uptime] = sys_uptime,
  [SYS_open] = sys_open,
  [SYS_write] = sys_write,
  [SYS_mknod] = sys_mknod,
  [SYS_unlink] = sys_unlink,
  [SYS_link] = sys_link,
  [SYS_mkdir] = sys_mkdir,
  [SYS_close] = sys_close,
  [SYS_tcp_listen] = sys_tcp_listen,
  [SYS_tcp_accept] = sys_tcp_accept,
  [SYS_set_nonblocking] = sys_set_nonblocking,
  [SYS_poll] = sys_poll,
  [SYS_sbrk_lazy] = sys_sbrk_lazy,
  [SYS_statistics] = sys_statistics,
  [SYS_power_off] = sys_power_off,
  [SYS_yield] = sys_yield,
};

void
syscall(void)
{
  uint64 number = current->trapframe->a7;
  if(number >= sizeof calls / sizeof calls[0] || calls[number] == NULL){
    print("%d %s: unknown system call %ld\n", current->pid, current->name, number);
    current->trapframe->a0 = -1;
    return;
  }
  current->trapframe->a0 = calls[number]();
}
