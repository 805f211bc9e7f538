// The device tree that a guest gets.
#pragma once

#include "guest/guest.h"

// Below KERNEL_BASE, where firmware lies on the board and nothing else in a guest.
#define GUEST_TREE_BASE 0x80100000UL

// Writes it into the guest's memory at GUEST_TREE_BASE.
void guest_tree_write(struct guest *guest);
