// The SBI that a guest calls (specification 2.0): Memvisor in the place of firmware.
#pragma once

#include "guest/guest.h"

// The call in a0-a7; its answer goes into a0 and a1.
void sbi_call(struct vcpu *vcpu);

// The SBI under Memvisor: when the hart's timer interrupts.
void firmware_set_timer(uint64 deadline);
