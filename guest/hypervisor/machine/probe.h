// What the machine under Memvisor can do.
#pragma once

#include "types.h"

// Panics with what is missing: the H extension, or the trapping of satp under VTVM.
void probe_hypervisor(void);
