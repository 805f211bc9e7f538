// Exits: what the guest cannot do by itself. Interrupts are off during an exit. Invariant: an exit takes
// at most a millisecond (docs/memvisor.md says of each kind what bounds it), whatever the guest has built.
// What is left then follows in exits of its own (mediate_later), or the way of paging gives it up.
// visor-hold tries to make each kind long, memvisor-timed measures it.
#pragma once

#include "exits.h"
#include "types.h"

struct vcpu;

extern struct exit_counts exit_counts;

// How an exit goes on.
enum exit_result {
  EXIT_RESUME,   // back to the guest
  EXIT_COMPLETE, // the handler needs registers that C preserves: entry.S saves them too, and then calls
                 // exit_handle_complete
};

// Handles an exit with the values of scause and stval. entry.S calls these two.
enum exit_result exit_handle(struct vcpu *vcpu, uint64 cause, uint64 value);
void exit_handle_complete(struct vcpu *vcpu, uint64 cause, uint64 value);

// A trap of Memvisor itself: panics.
void exit_of_our_own(uint64 cause, uint64 pc, uint64 value) __attribute__((noreturn));
