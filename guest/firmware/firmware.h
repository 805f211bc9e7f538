// A small SBI in M-mode: it sets the hart up, enters the payload in S-mode, and answers its calls.
// SBI 2.0: BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN and the legacy calls, for hart 0; other harts
// are parked.
#pragma once

#include "../include/riscv.h"
#include "../include/virt.h"

// Registers of the interrupted code, as entry.S saves them: x1 to x31.
struct registers {
  uint64 x[31];
};

#define X(registers, n) ((registers)->x[(n) - 1])

// console.c
void console_init(void);
void console_put(int c);
int  console_get(void); // -1: nothing there

// probe.c: registers that this hart may lack. Access by number, since assemblers do not know all of
// them.
extern int probe_faulted;
int  probe_skip(void);  // from the trap handler: an access is under way; it is to be skipped

#define probe_write(number, value) ({ \
    uint64 v_ = (value); \
    probe_begin(); \
    __asm__ volatile("csrw " #number ", %0" : : "r"(v_) : "memory"); \
    probe_end(); })

#define probe_set(number, bits) ({ \
    uint64 v_ = (bits); \
    probe_begin(); \
    __asm__ volatile("csrs " #number ", %0" : : "r"(v_) : "memory"); \
    probe_end(); })

#define probe_read(number) ({ \
    uint64 v_ = 0; \
    probe_begin(); \
    __asm__ volatile("csrr %0, " #number : "+r"(v_) : : "memory"); \
    probe_end() == 0 ? v_ : 0; })

#define probe_execute(word) ({ \
    probe_begin(); \
    __asm__ volatile(".word %0" : : "i"(word) : "memory"); \
    probe_end(); })

void probe_begin(void);
int  probe_end(void);   // 0, or -1 if the hart has no such thing

// timer.c
void timer_init(void);
void timer_set(uint64 deadline);
void timer_fired(void); // the machine timer interrupt

// calls.c
void call(struct registers *registers); // answers the environment call in these registers

void power_off(uint32 finisher_word) __attribute__((noreturn));
#define FINISHER_PASS   0x5555U
#define FINISHER_RESET  0x7777U
#define FINISHER_FAILED (1U << 16 | 0x3333U)
