// The network as the rest of the kernel sees it. One card, one address; TCP servers only. The
// kernel runs with interrupts off on its one hart, and nothing here waits but net_accept and the
// sockets' read and write, between two looks at the stack: so the stack has no locks.
#pragma once

#include "types.h"

// Finds the card and starts it. Without one, listening works and no call ever comes.
// Requires: frames, timer_attach and plic_attach work.
void net_init(void);

// What the system calls do; both give a descriptor of the current process.
int  net_listen(int port, int backlog); // or -1
int  net_accept(int listener);          // or E_AGAIN: nonblocking and none waits; or -1
