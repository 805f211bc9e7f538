// Requests made by chance, for a check of the web server's reading.
#pragma once

#include "httpd.h"

#define STREAM_MOST 16384

struct stream {
  int  requests;
  int  n;
  char bytes[STREAM_MOST];
};

// requests_made.c. Everything follows from the seed.
void   chance_seed(uint64 seed);
uint   chance(uint below);
void   make_stream(struct stream *stream);
int    make_fields(const char *chosen[], int most);
int    write_head(char *to, int most, const char *const chosen[], int n, int backwards);
