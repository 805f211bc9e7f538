// What C and assembly must agree on.
#pragma once

#define MOST_HARTS  8
#define STACK_BYTES 8192 // of each
