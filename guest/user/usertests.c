// usertests [NAME]: tests of the kernel, seen from a process; all, or the one named. Around each,
// the kernel's free frames and backup frames are counted: a test after which there are fewer or
// more has found a leak. The counts are exact while no program uses the network.
// Prints a line for each, and ALL TESTS PASSED, or exits with 1.

#include "usertests.h"

static void guard_wrong(void), guard_leak(void);

static const struct {
  void (*run)(void);
  const char *name;
} tests[] = {
  { test_sbrk, "sbrk" },
  { test_sbrk_shrink, "sbrk-shrink" },
  { test_sbrk_refused, "sbrk-refused" },
  { test_sbrk_io, "sbrk-io" },
  { test_sbrk_zeroed, "sbrk-zeroed" },
  { test_mem, "mem" },
  { test_lazy, "lazy" },
  { test_lazy_io, "lazy-io" },
  { test_sbrk_flag, "sbrk-flag" },
  { test_lazy_fork, "lazy-fork" },
  { test_bss, "bss" },
  { test_fork_copies, "fork-copies" },

  { test_fork, "fork" },
  { test_exit_wait, "exit-wait" },
  { test_two_children, "two-children" },
  { test_reparent, "reparent" },
  { test_kill, "kill" },
  { test_kill_waiting, "kill-waiting" },
  { test_preempt, "preempt" },
  { test_exec_arguments, "exec-arguments" },
  { test_exec_refused, "exec-refused" },
  { test_pipe, "pipe" },
  { test_pipe_ends, "pipe-ends" },
  { test_pipe_full, "pipe-full" },
  { test_descriptors, "descriptors" },
  { test_file_table, "file-table" },
  { test_time, "time" },
  { test_registers, "registers" },

  { test_bigwrite, "bigwrite" },
  { test_largest_file, "largest-file" },
  { test_create, "create" },
  { test_link, "link" },
  { test_unlink_open, "unlink-open" },
  { test_truncate, "truncate" },
  { test_shared_offset, "shared-offset" },
  { test_directories, "directories" },
  { test_dots, "dots" },
  { test_long_names, "long-names" },
  { test_big_directory, "big-directory" },
  { test_concurrent_create, "concurrent-create" },
  { test_concurrent_write, "concurrent-write" },
  { test_open_refused, "open-refused" },
  { test_hole, "hole" },
  { test_device, "device" },

  { test_bad_pointers_in, "bad-pointers-in" },
  { test_bad_pointers_out, "bad-pointers-out" },
  { test_bad_strings, "bad-strings" },
  { test_bad_arguments, "bad-arguments" },
  { test_bad_calls, "bad-calls" },
  { test_bad_descriptors, "bad-descriptors" },
  { test_kernel_memory, "kernel-memory" },
  { test_own_text, "own-text" },
  { test_no_execute, "no-execute" },
  { test_stack_guard, "stack-guard" },
  { test_bad_instructions, "bad-instructions" },
  { test_backup_window, "backup-window" },

  { test_exhaust, "exhaust" },

  // These show that a failure and a leak are noticed; they run only by name.
  { guard_wrong, "guard-wrong" },
  { guard_leak, "guard-leak" },
};

#define TESTS  ((int)(sizeof(tests) / sizeof(tests[0])))
#define GUARDS 2 // the last of them

static const char *name = "usertests";

void
fail(const char *what)
{
  printf("%s: wrong: %s\n", name, what);
  exit(1);
}

int
status_of(void (*body)(void))
{
  int status, pid = fork();
  MUST(pid >= 0);
  if(pid == 0){
    body();
    exit(0);
  }
  MUST(wait(&status) == pid);
  return status;
}

long
call(long number, long a, long b, long c)
{
  register long a0 __asm__("a0") = a;
  register long a1 __asm__("a1") = b;
  register long a2 __asm__("a2") = c;
  register long a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

static void
guard_wrong(void)
{
  MUST(getpid() == 0);
}

// Leaves a process behind that holds frames for 20 ticks.
static void
guard_leak(void)
{
  if(fork() == 0){
    sleep(20);
    exit(0);
  }
}

static struct statistics
counts(void)
{
  struct statistics s;
  MUST(statistics(&s) == 0);
  return s;
}

static int
differ(const char *what, uint64 before, uint64 after)
{
  if(before != after)
    printf("test %s: FAILED: %lu %s free before, %lu after\n", name, before, what, after);
  return before != after;
}

// Returns 0 if the test passes and gives back what it took.
static int
run(int n)
{
  name = tests[n].name;
  struct statistics before = counts();
  int status = status_of(tests[n].run);
  struct statistics after = counts();
  printf("test %s: %s\n", name, status == 0 ? "ok" : "FAILED");
  status |= differ("frames", before.frames_free, after.frames_free);
  status |= differ("backups", before.backups_free, after.backups_free);
  return status;
}

int
main(int argc, char **argv)
{
  int ran = 0, failed = 0;
  for(int n = 0; n < TESTS; n++){
    if(argc > 1 ? strcmp(argv[1], tests[n].name) != 0 : n >= TESTS - GUARDS)
      continue;
    ran++;
    if(run(n) != 0)
      failed++;
  }
  if(ran == 0){
    fprintf(STDERR, "usertests: no test %s; the tests are", argv[1]);
    for(int n = 0; n < TESTS; n++)
      fprintf(STDERR, " %s", tests[n].name);
    fprintf(STDERR, "\n");
    exit(1);
  }
  if(failed > 0)
    printf("%d OF %d TESTS FAILED\n", failed, ran);
  else
    printf("ALL TESTS PASSED\n");
  exit(failed > 0);
}
