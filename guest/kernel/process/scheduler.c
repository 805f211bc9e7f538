// Which process runs. Runnable processes wait in a queue, first come first served; one that gives up the
// processor switches straight to the next, and if there is none, waits for interrupts on its own
// stack until there is.

#include "process/process.h"
#include "trap/trap.h"
#include "print.h"

void switch_context(struct context *from, struct context *to); // switch.S

struct process *current;
uint64 context_switches;

static struct process *queue_first, *queue_last;
static uint64 next_deadline = FOREVER; // no sleeper's deadline is earlier

void
make_runnable(struct process *p)
{
  p->state = RUNNABLE;
  p->next = NULL;
  if(queue_first == NULL)
    queue_first = p;
  else
    queue_last->next = p;
  queue_last = p;
}

static struct process *
next_runnable(void)
{
  while(queue_first == NULL)
    interrupts_await();
  struct process *p = queue_first;
  queue_first = p->next;
  return p;
}

static void
switch_to(struct process *next, struct context *from)
{
  next->state = RUNNING;
  if(next == current)
    return;
  current = next;
  context_switches++;
  switch_context(from, &next->context);
}

void
scheduler_start(void)
{
  static struct context boot;
  switch_to(next_runnable(), &boot);
  panic("scheduler: the boot path came back");
}

void
yield(void)
{
  make_runnable(current);
  switch_to(next_runnable(), &current->context);
}

int
sleep_until(void *channel, uint64 deadline)
{
  struct process *p = current;
  p->channel = channel;
  p->deadline = deadline;
  p->state = SLEEPING;
  if(deadline < next_deadline)
    next_deadline = deadline;
  switch_to(next_runnable(), &p->context);
  int overdue = p->channel != NULL;
  p->channel = NULL;
  return overdue ? -1 : 0;
}

void
sleep_on(void *channel)
{
  sleep_until(channel, FOREVER);
}

void
wake_up(void *channel)
{
  for(struct process *p = processes; p < &processes[NPROC]; p++){
    if(p->state == SLEEPING && p->channel == channel){
      p->channel = NULL;
      make_runnable(p);
    }
  }
}

void
wake_overdue(uint64 now)
{
  if(now < next_deadline)
    return;
  next_deadline = FOREVER;
  for(struct process *p = processes; p < &processes[NPROC]; p++){
    if(p->state != SLEEPING)
      continue;
    if(p->deadline <= now)
      make_runnable(p); // with its channel still set: sleep_until tells by it
    else if(p->deadline < next_deadline)
      next_deadline = p->deadline;
  }
}

void
leave(void)
{
  static struct context unused;
  switch_to(next_runnable(), &unused);
  panic("scheduler: a dead process runs");
}
