// A small SBI in M-mode: it sets the hart up, enters the payload in S-mode, and answers its calls. SBI 2.0:
// BASE, TIME, IPI, RFENCE, HSM with suspend, SRST, DBCN and the legacy calls. Hart 0 boots; the others wait
// until they are started.
#pragma once

#include "riscv.h"
#include "virt.h"
#include "limits.h"

// Registers of the interrupted code, as entry.S saves them: x1 to x31.
struct registers {
  uint64 x[31];
};

#define X(registers, n) ((registers)->x[(n) - 1])

// console.c
void console_init(void);
void console_put(int c);
int  console_get(void); // -1: nothing there

// probe.c: registers that this hart may lack, by number, since assemblers do not know all of them; and
// memory that the caller may lack.
int  probe_skip(uint64 cause); // from the trap handler: an access is under way; it is to be skipped
int  probe_byte(uint64 at);    // whether M-mode can read it: 0, or -1
int  probe_caller(uint64 at, uint64 *word); // as the caller would read it; 0, or -1 if it could not

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

void probe_begin(void);
int  probe_end(void);   // 0, or -1 if the hart has no such thing

// timer.c
void timer_init(void);
void timer_set(uint64 deadline);
void timer_fired(void); // the machine timer interrupt

// tree.c
void tree_reserve(uint8 *tree);

// main.c
void hart_enter(uint64 at, uint64 hart, uint64 argument) __attribute__((noreturn));

// harts.c
#define ASK_SOFTWARE    1U // the supervisor's software interrupt
#define ASK_FENCE_I     2U
#define ASK_SFENCE      4U
#define ASK_HFENCE_GVMA 8U
#define ASK_HFENCE_VVMA 16U

void   harts_count(void);
int    harts_named(uint64 mask, uint64 base, uint64 *set);
void   harts_ask(uint64 set, uint32 what);
void   harts_called(void);  // the machine software interrupt
int    harts_state(uint64 hart);
int    harts_start(uint64 hart, uint64 at, uint64 opaque);
void   harts_stop(void) __attribute__((noreturn));
void   harts_rest(void);
void   harts_again(uint64 at, uint64 opaque) __attribute__((noreturn));
void   harts_wait(uint64 self) __attribute__((noreturn));

// entry.S
void   harts_park(void) __attribute__((noreturn));

// calls.c
void call(struct registers *registers); // answers the environment call in these registers

void power_off(uint32 finisher_word) __attribute__((noreturn));
#define FINISHER_FAILED (1U << 16 | FINISHER_FAIL)
