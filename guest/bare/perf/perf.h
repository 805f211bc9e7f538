// Performance kernels: each is one function, run in M-mode or in S-mode with Sv39; which, the linker
// chooses (machine.o or supervisor.o). A program ends by the finisher; how many instructions that
// takes, the machine counts.
#pragma once

#include <stdint.h>

// RAM that supervisor.c maps, at its own address.
#define RAM 0x80000000ul
#define RAM_BYTES (32ul << 20)

// Starts everything; called once, with a stack.
void run(void) __attribute__((noreturn));

// Enters the mode in which the kernel runs.
void enter(void);

// The work.
void kernel(void);

// A value that the compiler must suppose is used.
static inline void
keep(uint64_t value)
{
  __asm__ volatile("" : : "r"(value) : "memory");
}

// The words of Sv39 entries and of satp.
#define PAGE 4096ul
#define PTE_LEAF 0xcful // D A X W R V
#define PTE_TABLE 1ul
#define PTE(address) ((uint64_t)(address) >> 12 << 10)
#define SATP(root) (8ul << 60 | (uint64_t)(root) >> 12)

// The root that supervisor.c has put into satp.
extern uint64_t root[512];
