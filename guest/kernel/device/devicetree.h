// What the kernel takes from the device tree.
#pragma once

#include "types.h"

#define MAX_BANKS    4
#define BOOTARGS_MAX 256

struct bank {
  uint64 base;
  uint64 bytes;
  int    backup; // mirrorbench,role = "backup"
};

struct devicetree {
  struct bank banks[MAX_BANKS];
  int    bank_count;
  uint64 timebase;  // ticks of `time` a second
  uint64 finisher;  // 0: none
  char   bootargs[BOOTARGS_MAX];
};

extern struct devicetree devicetree;

// Copies out all that is needed: the tree may lie in frames that will be handed out later.
void   devicetree_read(const void *blob);
// The value of `key=NUMBER` in the boot arguments (decimal), or otherwise.
uint64 bootarg(const char *key, uint64 otherwise);
