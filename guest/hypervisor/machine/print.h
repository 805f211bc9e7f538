// Memvisor's own few lines on the console, and its end.
#pragma once

#include "types.h"

// %s, %d (int), %lu, %lx.
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Reports a fault that only Memvisor itself can cause: message, backtrace, power off with code 1.
void panic(const char *why) __attribute__((noreturn));
// Ends the machine; code 0 is success.
void power_off(int code) __attribute__((noreturn));
void power_reset(void) __attribute__((noreturn));

#define CODE_PANIC 1
#define CODE_GUEST 2 // the guest was stopped for what it did
#define CODE_HOST  3 // this machine cannot run Memvisor
