// What the machine under Memvisor can do.
#pragma once

#include "types.h"

// Both end with CODE_HOST, and say what was expected, if the machine has not got it: the H extension;
// accesses to satp that trap under VTVM.
void probe_hypervisor(void);
void probe_satp_trap(void);
