// Bytes and strings.
#pragma once

#include "types.h"

void *memset(void *to, int byte, uint64 n);
void *memcpy(void *to, const void *from, uint64 n); // ranges must not overlap
void *memmove(void *to, const void *from, uint64 n);
int   memcmp(const void *a, const void *b, uint64 n);
uint64 string_length(const char *s);
int   string_equal(const char *a, const char *b);
void  string_copy(char *to, const char *from, uint64 size); // always ends `to`; size > 0
void  page_clear(void *page);
void  page_copy(void *to, const void *from);
