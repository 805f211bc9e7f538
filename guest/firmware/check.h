// What the parts of the check share.
#pragma once

#include "../include/riscv.h"
#include "../include/virt.h"

#define BASE   0x10UL
#define TIME   0x54494d45UL
#define IPI    0x735049UL
#define RFENCE 0x52464e43UL
#define HSM    0x48534dUL
#define SRST   0x53525354UL
#define DBCN   0x4442434eUL

#define NOT_SUPPORTED (-2)
#define INVALID_PARAM (-3)
#define INVALID_ADDRESS (-5)
#define ALREADY_AVAILABLE (-6)
#define NON_RETENTIVE 0x80000000UL // a type of suspend

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
