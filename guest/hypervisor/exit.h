// Exits: what the guest cannot do by itself. Invariant: an exit, during which interrupts are off,
// takes at most a millisecond (docs/memvisor.md says of each kind what bounds it), whatever the guest
// has built; what is left then follows in exits of its own (mediate_later) or is given up
// (shadow_give_up). visor-hold tries to make each kind long, memvisor-timed measures it.
#pragma once

#include "guest/guest.h"

// Exception `cause` with `value` for the guest, as if its hart had raised it at sepc.
void exit_inject(struct vcpu *vcpu, uint64 cause, uint64 value);

// Fetches the instruction at sepc. -1: the guest's tables no longer lead to it; let it fetch again.
int exit_instruction(struct vcpu *vcpu, uint32 *instruction);

// Whether x[n] is valid and may be changed in this part of the exit.
int exit_has_register(const struct vcpu *vcpu, uint n);
