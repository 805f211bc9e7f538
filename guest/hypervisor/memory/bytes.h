// Moving and filling bytes. gcc emits calls of memcpy and memset even for freestanding code.
#pragma once

#include "types.h"

void *memcpy(void *to, const void *from, uint64 bytes);
void *memset(void *to, int value, uint64 bytes);
int   memcmp(const void *a, const void *b, uint64 bytes);
void  fill_words(void *to, uint64 word, uint64 bytes); // both multiples of 8
void  zero_page(void *page); // 4 KiB, aligned
