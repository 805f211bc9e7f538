// What the parts of the check share. They write functions as plain numbers, so that a wrong number in
// sbi_numbers.h shows.
#pragma once

#include "riscv.h"
#include "sbi_numbers.h"
#include "virt.h"

struct answer {
  int64 error, value;
};

// check.c
struct answer ask3(uint64 extension, uint64 function, uint64 a0, uint64 a1, uint64 a2);
void expect(const char *what, int holds);
int  comes(uint64 bit); // of sip, within a second

static inline struct answer
ask(uint64 extension, uint64 function, uint64 a0, uint64 a1)
{
  return ask3(extension, function, a0, a1, 0);
}

// check_harts.c
void check_harts(void);

// check_entry.S: where other harts begin, with their stack as the argument
extern char other_entry[];
