// Strings that end with 0.
#pragma once

#include "types.h"

uint64 text_length(const char *text, uint64 most); // at most `most`
int    text_equal(const char *a, const char *b);
int    text_begins(const char *text, const char *with);
// Copies at most bytes - 1 characters of a text of at most `most`, and the 0.
void   text_copy(char *to, uint64 bytes, const char *from, uint64 most);
