// Exits: what the guest cannot do by itself.
#pragma once

#include "guest.h"

// Exception `cause` with `value` for the guest, as if its hart had raised it at sepc.
void exit_inject(struct vcpu *vcpu, uint64 cause, uint64 value);

// Fetches the instruction at sepc. -1: the guest's tables no longer lead to it; let it fetch again.
int exit_instruction(struct vcpu *vcpu, uint32 *instruction);

// Whether x[n] is valid and may be changed in this part of the exit.
int exit_has_register(const struct vcpu *vcpu, uint n);
