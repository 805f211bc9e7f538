// The calls that starve makes, and what each needs.
#pragma once

struct trial {
  const char *name;
  void (*prepare)(void); // makes what the call needs; may be NULL
  long (*call)(void);    // -1 if it failed
  int  (*holds)(void);   // after a call that failed: what must be as it was is; may be NULL
};

// Reserved memory: nothing is mapped in the 2 MiB where the operands lie; or one page of them is.
void reserve(void), reserve_around(void), read_around(void), be_sparse(void), approach_span(void);
void take_echo(void), take_span(void), take_gigabyte(void); // a program for exec
void have_zombie(void), open_readme(void), open_pipe(void), open_new(void), open_console(void),
  make_file(void), do_listen(void);
int  still_zombie(void), still_around(void), still_in_pipe(void);

long call_fork(void), call_exec(void), call_sbrk(void), call_sbrk_lazy(void), call_touch(void),
  call_wait(void), call_pipe(void), call_read(void), call_write(void), call_write_pipe(void),
  call_fstat(void), call_statistics(void), call_poll(void), call_open(void), call_create(void),
  call_close(void), call_dup(void), call_set_nonblocking(void), call_mknod(void), call_mkdir(void),
  call_chdir(void), call_link(void), call_unlink(void), call_kill(void), call_getpid(void),
  call_uptime(void), call_sleep(void), call_yield(void), call_listen(void), call_accept(void);
