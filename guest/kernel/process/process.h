// Processes and the processor.
//
// One hart, and the kernel runs with interrupts off: it gives up the processor only in sleep_on,
// sleep_until and yield. Between two such calls a kernel path is alone, which is why there are no
// locks but sleeplocks (sleeplock.h) around what is held across disk accesses. Interrupts are taken
// from user mode and in the idle loop only.
#pragma once

#include "layout.h"

// What trampoline.S saves and restores; at TRAPFRAME in the user's table.
struct trapframe {
  uint64 kernel_satp;
  uint64 kernel_sp;
  uint64 handler;
  uint64 epc;
  union {
    uint64 x[31]; // x1..x31
    struct {
      uint64 ra, sp, gp, tp, t0, t1, t2, s0, s1;
      uint64 a0, a1, a2, a3, a4, a5, a6, a7;
      uint64 s2, s3, s4, s5, s6, s7, s8, s9, s10, s11;
      uint64 t3, t4, t5, t6;
    };
  };
};

_Static_assert(__builtin_offsetof(struct trapframe, handler) == TF_HANDLER, "trampoline.S");
_Static_assert(__builtin_offsetof(struct trapframe, epc) == TF_EPC, "trampoline.S");
_Static_assert(__builtin_offsetof(struct trapframe, a0) == TF_REGISTER(10), "trampoline.S");
_Static_assert(__builtin_offsetof(struct trapframe, t6) == TF_REGISTER(31), "trampoline.S");

// What switch.S keeps of a kernel path that gave up the processor.
struct context {
  uint64 ra, sp, s[12];
};

enum process_state { UNUSED, RUNNABLE, RUNNING, SLEEPING, ZOMBIE };

#define NAME_BYTES 16

struct file;
struct inode;

struct process {
  int    pid;
  enum process_state state;
  int    killed;              // to exit as soon as it is about to return to user mode
  int    status;              // for the parent, once a zombie
  char   name[NAME_BYTES];
  struct process *parent;
  pagetable_t root;           // NULL if unused or a zombie
  pagetable_t building;       // the root that an exec under way is filling, or NULL
  uint64 size;                // user pages lie below; the end of the heap
  uint64 heap;                // where the heap began: unmapped pages above are lazily reserved
  struct trapframe *trapframe;
  struct context context;
  uint64 kstack;              // lowest address of its kernel stack
  void  *channel;             // what it sleeps on
  uint64 deadline;            // the tick at which it stops sleeping; FOREVER if none
  struct process *next;       // in the queue of runnable ones
  struct file *files[NOFILE];
  struct inode *cwd;
};

#define FOREVER (~0UL)

extern struct process processes[NPROC];
extern struct process *current; // the running process; NULL only while booting
extern uint64 context_switches;

// process.c: their lives.
void process_init(void);      // kernel stacks; needs the kernel's table, paging may be off
void process_first(void);     // makes process 1, which will run init
int  process_fork(void);      // the child's pid, or -1
void process_exit(int status) __attribute__((noreturn));
int  process_wait(uint64 status_address); // a dead child's pid, or -1
int  process_kill(int pid);
int  process_resize(int bytes, int lazily); // 0, or -1
int  process_count(void);
void process_list(void);      // on the console, for ^P

// scheduler.c: which process runs.
void scheduler_start(void) __attribute__((noreturn));
void make_runnable(struct process *p);
void yield(void);
void sleep_on(void *channel);
// 0 when woken, -1 at the tick `deadline`.
int  sleep_until(void *channel, uint64 deadline);
void wake_up(void *channel);
void wake_overdue(uint64 now); // from the timer
// Gives up the processor for good; the caller's state says ZOMBIE.
void leave(void) __attribute__((noreturn));
