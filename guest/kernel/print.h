// Text from the kernel itself, and its end.
#pragma once

#include "types.h"

// %d %u %x (int), %ld %lu %lx (64 bits), %p, %s, %c, %%.
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Prints `panic: <why>` and a backtrace, and powers off as failed. `why` reads "file: what".
void panic(const char *why) __attribute__((noreturn));

// Where characters go: the firmware's console until the UART is ours.
extern void (*print_sink)(int c);
