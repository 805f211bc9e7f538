// The log: makes the blocks that a file system call writes reach the disk all together or not at
// all.
#pragma once

#include "fs/buffer.h"

void log_init(void);    // repeats what a crash left in the log; process context
void log_begin(void);   // around every call that may write; does not nest
void log_end(void);
// In place of buffer_write, between log_begin and log_end: the block will be on disk after the last
// log_end.
void log_write(struct buffer *b);
