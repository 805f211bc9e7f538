// The tests of usertests.c. Each runs in a process of its own, whose end says how it went: it
// returns if all is right, otherwise it calls fail. It leaves no file, no process and no frame
// behind.
#pragma once

#include "user.h"

#define PAGE 4096
#define BSIZE 1024 // of the file system

// Says what is wrong, with the test's name, and exits with 1.
void fail(const char *what) __attribute__((noreturn));

// Fails unless the condition holds.
#define MUST(condition) do { if(!(condition)) fail(#condition); } while(0)

// Runs the function in a child; returns the child's exit status.
int status_of(void (*body)(void));

// A system call by its number, with any arguments.
long call(long number, long a, long b, long c);

// The status of a process that the kernel ended.
#define KILLED (-1)

void test_sbrk(void), test_sbrk_shrink(void), test_sbrk_refused(void), test_sbrk_io(void),
  test_sbrk_zeroed(void), test_mem(void), test_exhaust(void), test_lazy(void), test_lazy_io(void), test_sbrk_flag(void),
  test_lazy_fork(void), test_bss(void), test_fork_copies(void);

void test_fork(void), test_exit_wait(void), test_two_children(void), test_reparent(void),
  test_kill(void), test_kill_waiting(void), test_preempt(void), test_exec_arguments(void),
  test_exec_refused(void), test_pipe(void), test_pipe_ends(void), test_pipe_full(void),
  test_descriptors(void), test_file_table(void), test_time(void), test_registers(void);

void test_bigwrite(void), test_largest_file(void), test_create(void), test_link(void),
  test_unlink_open(void), test_truncate(void), test_shared_offset(void), test_directories(void),
  test_dots(void), test_long_names(void), test_big_directory(void), test_concurrent_create(void),
  test_concurrent_write(void), test_open_refused(void), test_hole(void), test_device(void);

void test_bad_pointers_in(void), test_bad_pointers_out(void), test_bad_strings(void),
  test_bad_arguments(void), test_bad_calls(void), test_kernel_memory(void), test_own_text(void),
  test_no_execute(void), test_stack_guard(void), test_bad_instructions(void),
  test_backup_window(void), test_bad_descriptors(void);
