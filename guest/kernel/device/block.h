// The disk: the virtio block device.
#pragma once

#include "types.h"

void block_init(void);
uint64 block_capacity(void); // bytes
// Moves `bytes` (a multiple of 512) between the disk, at byte `offset`, and memory that does not
// move. Sleeps until it is done. Panics if the disk fails: there is no other copy of what it holds.
void block_transfer(uint64 offset, void *data, uint bytes, int write);
