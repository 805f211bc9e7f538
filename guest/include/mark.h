// A mark brackets a measured region: the HINT `slti x0, x0, n`, a no-op on any RISC-V, an event on the
// emulated machine, at the cost of one instruction. 2n begins region n, 2n + 1 ends it; 1 <= n <= 1023.
// The mark is only the HINT, in every image, so an image's hash does not depend on what is measured.
#pragma once

#define MARK(n)       __asm__ volatile("slti x0, x0, %0" : : "i"(n) : "memory")
#define MARK_BEGIN(n) MARK(2 * (n))
#define MARK_END(n)   MARK(2 * (n) + 1)

// Regions, by number; workloads/region.ts has the same list (a test compares the two).
#define REGION_SYSCALL        1
#define REGION_FORK           2
#define REGION_PAGE_FAULT     3
#define REGION_SWITCH         4
#define REGION_PIPE           5
#define REGION_SPACE          6 // backup-latency: the creation of one space
#define REGION_NOOP           7
#define REGION_EXEC           8
#define REGION_WAIT           9
