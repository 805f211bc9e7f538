// What Memvisor counts, read from outside by the symbols `exit_counts` and `shadow_counts`. Each exit from
// the guest raises exactly one field of `exit_counts`, so their sum is the number of exits.
#pragma once

#include "types.h"

struct exit_counts {
  uint64 fill;        // page fault that the guest does not see: a shadow entry was made or widened
  uint64 table_write; // page fault: first write to a guest page table since the last fence
  uint64 device;      // page fault: an access to an emulated device
  uint64 injected;    // an exception that the guest gets
  uint64 root;        // access to satp
  uint64 fence;       // sfence.vma
  uint64 idle;        // wfi
  uint64 call;        // SBI call
  uint64 external;    // interrupt of a device, or of what an exit left for later
  uint64 timer;       // interrupt of the timer
  uint64 other;
};

struct shadow_counts {
  uint64 frames;  // guest frames that came into being (and, with backups, their backups)
  uint64 entries; // shadow leaves written (and, with backups, backup leaves)
  uint64 tables;  // shadow tables made (and, with backups, backup tables)
  uint64 checked; // guest tables compared with their shadows at a fence
  uint64 evicted; // shadow roots given up because the pool was used up
  uint64 given_up; // times that all shadows were given up, since a fence had too much to compare
};
