// The lives of processes: made by fork, ended by exit, buried by wait.

#include "process/process.h"
#include "device/console.h"
#include "device/power.h"
#include "fs/directory.h"
#include "process/exec.h"
#include "file/file.h"
#include "memory/frames.h"
#include "fs/log.h"
#include "print.h"
#include "string.h"
#include "trap/trap.h"
#include "memory/vm.h"

struct process processes[NPROC];

#define LAST_PID 0x7fffffff

static struct process *init;

void
process_init(void)
{
  for(uint64 i = 0; i < NPROC; i++){
    processes[i].kstack = KSTACK(i);
    for(uint64 at = 0; at < KSTACK_BYTES; at += PGSIZE){
      void *frame = frame_alloc(FRAME_KERNEL);
      if(frame == NULL)
        panic("process: no frames for kernel stacks");
      kvm_map(KSTACK(i) + at, (uint64)frame, PGSIZE, VM_READ | VM_WRITE);
    }
  }
}

static void
free_memory(struct process *p)
{
  if(p->root != NULL)
    uvm_destroy(p->root, p->size);
  if(p->trapframe != NULL)
    frame_free(p->trapframe);
  p->root = NULL;
  p->trapframe = NULL;
  p->size = p->heap = 0;
}

static int
is_taken(int pid)
{
  for(const struct process *p = processes; p < &processes[NPROC]; p++){
    if(p->state != UNUSED && p->pid == pid)
      return 1;
  }
  return 0;
}

// Pids rise; after the last they begin again, leaving out those that live.
static int
new_pid(void)
{
  static int last, again;
  do {
    again |= last == LAST_PID;
    last = last == LAST_PID ? 1 : last + 1;
  } while(again && is_taken(last));
  return last;
}

// A slot with a pid, a trapframe and a kernel path that begins at `start`; NULL if there is none to
// be had.
static struct process *
process_alloc(void (*start)(void))
{
  for(struct process *p = processes; p < &processes[NPROC]; p++){
    if(p->state != UNUSED)
      continue;
    uint64 kstack = p->kstack;
    *p = (struct process){ .kstack = kstack };
    if((p->trapframe = frame_alloc_cleared(FRAME_USER)) == NULL)
      return NULL;
    p->pid = new_pid();
    p->context.ra = (uint64)start;
    p->context.sp = kstack + KSTACK_BYTES;
    return p;
  }
  return NULL;
}

// After a line's beginning that says what is wrong with init: without it nothing starts and no
// process buries the dead. No panic: what a disk holds and what a program does are no defects of the kernel.
static void __attribute__((noreturn))
end_without_init(void)
{
  print(". Nothing can run without it: powering off. Is the disk damaged?\n");
  power_off(1);
}

// The kernel path of process 1: what needs a process to sleep in, then init.
static void
first(void)
{
  static struct arguments arguments = { .count = 1, .bytes = 6, .strings = "/init" };
  superblock_init();
  log_init();
  current->cwd = inode_get(ROOT_INODE);
  int count = exec("/init", &arguments);
  if(count < 0){
    print("\n/init is missing or cannot be loaded");
    end_without_init();
  }
  current->trapframe->a0 = count;
  trap_return();
}

void
process_first(void)
{
  init = process_alloc(first);
  if(init == NULL)
    panic("process: no frame for the first process");
  string_copy(init->name, "init", NAME_BYTES);
  make_runnable(init);
}

// Eagerly, frame by frame, as in xv6: no copy on write.
int
process_fork(void)
{
  struct process *parent = current, *child = process_alloc(trap_return);
  if(child == NULL)
    return -1;
  child->root = uvm_create(child->trapframe);
  if(child->root == NULL || uvm_copy(parent->root, child->root, parent->size) < 0){
    free_memory(child);
    return -1;
  }
  child->size = parent->size;
  child->heap = parent->heap;
  *child->trapframe = *parent->trapframe;
  child->trapframe->a0 = 0;
  for(int fd = 0; fd < NOFILE; fd++){
    if(parent->files[fd] != NULL)
      child->files[fd] = file_dup(parent->files[fd]);
  }
  child->cwd = inode_dup(parent->cwd);
  string_copy(child->name, parent->name, NAME_BYTES);
  child->parent = parent;
  make_runnable(child);
  return child->pid;
}

static void
close_all(struct process *p)
{
  for(int fd = 0; fd < NOFILE; fd++){
    struct file *file = p->files[fd];
    p->files[fd] = NULL;
    if(file != NULL)
      file_close(file);
  }
  log_begin();
  inode_put(p->cwd);
  log_end();
  p->cwd = NULL;
}

// Memory goes at once; what is left for the parent to fetch is the pid and the status.
void
process_exit(int status)
{
  struct process *p = current;
  if(p == init){
    print("\n/init ended with status %d", status);
    end_without_init();
  }
  close_all(p);
  free_memory(p);
  for(struct process *child = processes; child < &processes[NPROC]; child++){
    if(child->state != UNUSED && child->parent == p){
      child->parent = init;
      if(child->state == ZOMBIE)
        wake_up(init);
    }
  }
  p->status = status;
  p->state = ZOMBIE;
  wake_up(p->parent);
  leave();
}

int
process_wait(uint64 status_address)
{
  for(;;){
    int children = 0;
    for(struct process *p = processes; p < &processes[NPROC]; p++){
      if(p->state == UNUSED || p->parent != current)
        continue;
      children++;
      if(p->state != ZOMBIE)
        continue;
      int pid = p->pid;
      if(status_address != 0 && copy_out(status_address, &p->status, sizeof p->status) < 0)
        return -1;
      p->state = UNUSED;
      p->parent = NULL;
      return pid;
    }
    if(children == 0 || current->killed)
      return -1;
    sleep_on(current);
  }
}

// init cannot be killed: without it orphans would never be buried.
int
process_kill(int pid)
{
  for(struct process *p = processes; p < &processes[NPROC]; p++){
    if(p->state == UNUSED || p->state == ZOMBIE || p->pid != pid || p == init)
      continue;
    p->killed = 1;
    if(p->state == SLEEPING){
      p->channel = NULL;
      make_runnable(p);
    }
    return 0;
  }
  return -1;
}

int
process_resize(int bytes, int lazily)
{
  struct process *p = current;
  uint64 size = p->size + bytes;
  if(bytes < 0){
    if(size > p->size) // below 0: as in xv6, nothing goes, and that is no error
      return 0;
    uvm_shrink(p->root, p->size, size);
  } else {
    if(size > USER_TOP || (!lazily && uvm_grow(p->root, p->size, size, VM_READ | VM_WRITE) < 0))
      return -1;
  }
  p->size = size;
  return 0;
}

int
process_count(void)
{
  int n = 0;
  for(struct process *p = processes; p < &processes[NPROC]; p++)
    n += p->state != UNUSED;
  return n;
}

void
process_list(void)
{
  static const char *const names[] = { "unused", "runnable", "running", "sleeping", "zombie" };
  print("\n");
  for(struct process *p = processes; p < &processes[NPROC]; p++){
    if(p->state != UNUSED)
      print("%d %s %s\n", p->pid, names[p->state], p->name);
  }
}
