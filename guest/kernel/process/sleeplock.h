// A lock that is held across sleeps. With one hart and a kernel that is not interrupted, this is
// the only kind there is.
#pragma once

#include "process/process.h"
#include "print.h"

struct sleeplock {
  int held;
};

static inline void
sleeplock_acquire(struct sleeplock *lock)
{
  while(lock->held)
    sleep_on(lock);
  lock->held = 1;
}

static inline void
sleeplock_release(struct sleeplock *lock)
{
  if(!lock->held)
    panic("sleeplock: released but not held");
  lock->held = 0;
  wake_up(lock);
}
