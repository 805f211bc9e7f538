// Replacing a process's program.
#pragma once

#include "abi.h"

// Arguments of exec in kernel memory: strings packed one after another.
struct arguments {
  int  count;
  uint bytes;
  char strings[4096 - 16];
};

// The current process goes on as the program at `path`. The argument count, or -1 with nothing
// changed.
int exec(const char *path, const struct arguments *arguments);
