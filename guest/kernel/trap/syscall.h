// System calls: their numbers are in abi.h, their functions in sys_*.c (and net_socket.c). Each
// takes its arguments from the trapframe and gives back a0.
#pragma once

#include "types.h"

void   syscall(void);
uint64 argument(int n); // the n-th, as it came

// A path or other string, of at most MAXPATH bytes. 0, or -1.
int    argument_path(int n, char *to);
