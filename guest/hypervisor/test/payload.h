// What the test payloads share: a kernel without anything, that runs on the board and in a guest
// alike.
#pragma once

#include "riscv.h"

struct outcome {
  uint64 cause;
  uint64 tval;
  uint64 epc;
  uint64 a0;
};

#define STUB_LOAD  0
#define STUB_STORE 8
#define STUB_AMO   16

extern char stubs[];

void attempt(struct outcome *out, uint64 pc, uint64 a0, uint64 a1);
void put(const char *text);
void put_number(uint64 value);
void put_hex(uint64 value);
void finish(int code) __attribute__((noreturn));
// Reports and ends with code 1 unless `holds`.
void check(int holds, const char *what);
