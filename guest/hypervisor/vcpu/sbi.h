// The SBI that a guest calls (specification 2.0): Memvisor in the place of firmware.
#pragma once

#include "guest/guest.h"

// Answers the call in a0-a7; the answer goes into a0 and a1.
void sbi_call(struct vcpu *vcpu);

// Asks the SBI under Memvisor for an interrupt of the hart's timer at `deadline`.
void firmware_set_timer(uint64 deadline);
