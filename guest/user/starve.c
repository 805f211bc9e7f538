// starve: every system call with memory running out at each of its allocations in turn. For a debug
// kernel (debug.h), which refuses a process's k-th frame; k goes up until the call asks for fewer. A
// call that failed must have changed nothing that can be counted, and a process that lived through it
// must leave nothing behind. Prints a line for each call, and ALL CALLS HELD, or exits with 1.

#include "user.h"
#include "debug.h"
#include "starve.h"

// What became of a child that made a call.
enum end { WORKED, TOLERATED, REFUSED, WRONG, KILLED = -1 };

static const struct trial trials[] = {
  { "fork", NULL, call_fork, NULL },
  { "fork of a sparse process", be_sparse, call_fork, NULL },
  { "exec", take_echo, call_exec, NULL },
  { "exec up to a stretch", take_span, call_exec, NULL },
  { "exec up to a GiB", take_gigabyte, call_exec, NULL },
  { "sbrk", approach_span, call_sbrk, NULL },
  { "sbrk_lazy", NULL, call_sbrk_lazy, NULL },
  { "touch", reserve, call_touch, NULL },
  { "touch beside a page", reserve_around, call_touch, NULL },
  { "wait", have_zombie, call_wait, still_zombie },
  { "pipe", reserve, call_pipe, NULL },
  { "read", open_readme, call_read, NULL },
  { "read beside a page", read_around, call_read, still_around },
  { "read of a pipe", open_pipe, call_read, still_in_pipe },
  { "write", open_new, call_write, NULL },
  { "write to a pipe", open_pipe, call_write_pipe, still_in_pipe },
  { "write to the console", open_console, call_write, NULL },
  { "fstat", open_readme, call_fstat, NULL },
  { "statistics", reserve, call_statistics, NULL },
  { "poll", reserve, call_poll, NULL },
  { "open", reserve, call_open, NULL },
  { "open that creates", NULL, call_create, NULL },
  { "close", open_readme, call_close, NULL },
  { "dup", NULL, call_dup, NULL },
  { "set_nonblocking", open_readme, call_set_nonblocking, NULL },
  { "mknod", NULL, call_mknod, NULL },
  { "mkdir", NULL, call_mkdir, NULL },
  { "chdir", NULL, call_chdir, NULL },
  { "link", NULL, call_link, NULL },
  { "unlink", make_file, call_unlink, NULL },
  { "kill", have_zombie, call_kill, NULL },
  { "getpid", NULL, call_getpid, NULL },
  { "uptime", NULL, call_uptime, NULL },
  { "sleep", NULL, call_sleep, NULL },
  { "yield", NULL, call_yield, NULL },
  { "tcp_listen", NULL, call_listen, NULL },
  { "tcp_accept", do_listen, call_accept, NULL },
};

#define TRIALS ((int)(sizeof(trials) / sizeof(trials[0])))

static long
withhold(long k)
{
  register long a0 __asm__("a0") = k;
  register long a7 __asm__("a7") = SYS_withhold;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
  return a0;
}

static struct statistics
count(void)
{
  struct statistics s;
  if(statistics(&s) < 0)
    exit(WRONG);
  return s;
}

static int
same(const struct statistics *a, const struct statistics *b)
{
  return a->frames_free == b->frames_free && a->backups_free == b->backups_free &&
    a->backup_tables == b->backup_tables;
}

static void
be_child(const struct trial *trial, long k)
{
  if(trial->prepare != NULL)
    trial->prepare();
  struct statistics before = count();
  withhold(k);
  long result = trial->call();
  long asked = withhold(0);
  if(result != -1)
    exit(asked < k ? WORKED : TOLERATED);
  struct statistics after = count();
  if(asked < k || !same(&before, &after) || (trial->holds != NULL && !trial->holds()))
    exit(WRONG);
  exit(REFUSED);
}

static enum end
try(const struct trial *trial, long k)
{
  int status, pid = fork();
  if(pid < 0)
    return WRONG;
  if(pid == 0)
    be_child(trial, k);
  if(wait(&status) != pid)
    return WRONG;
  unlink("starved");
  return status;
}

// How many frames the call asks for, or -1 if it does not hold.
static long
run(const struct trial *trial)
{
  for(long k = 1; ; k++){
    struct statistics before = count();
    enum end end = try(trial, k);
    struct statistics after = count();
    if(end == WRONG || !same(&before, &after)){
      printf("%s: WRONG with frame %ld refused: %lu and %lu free before, %lu and %lu after\n",
             trial->name, k, before.frames_free, before.backups_free, after.frames_free,
             after.backups_free);
      return -1;
    }
    if(end == WORKED)
      return k - 1;
  }
}

int
main(void)
{
  if(withhold(0) != 0){
    printf("starve: this kernel is no debug kernel\n");
    exit(1);
  }
  int wrong = 0;
  for(const struct trial *trial = trials; trial < &trials[TRIALS]; trial++){
    long frames = run(trial);
    wrong += frames < 0;
    if(frames >= 0)
      printf("%s: held, %ld frames\n", trial->name, frames);
  }
  printf(wrong > 0 ? "%d CALLS DID NOT HOLD\n" : "ALL CALLS HELD\n", wrong);
  exit(wrong > 0);
}
