// The Internet checksum (RFC 1071), in the processor's own byte order.
#pragma once

#include "types.h"

uint16 checksum_fold(uint64 sum);
uint16 checksum_of(const void *from, uint64 n);
uint16 checksum_copy(void *to, const void *from, uint64 n);
