// What C and assembly must agree on.
#pragma once

#define MOST_HARTS  8
#define STACK_BYTES 8192 // of each

// From the reset address on, what S-mode can neither read nor write nor execute: a power of two. The device
// tree lies behind it, in the rest of the firmware's 2 MiB.
#define PROTECTED_BYTES 0x80000UL
