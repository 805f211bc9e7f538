// One client of the web server.
#pragma once

#include "httpd.h"

#define CONNECTIONS 48 // open at once; the kernel's NOFILE leaves room for them and some files

enum connection_state {
  FREE,
  READING, // a request's head, or waiting for it
  WRITING, // a response
};

struct connection {
  int    state;
  int    fd;
  int    requests;  // answered
  int    filled;    // bytes in `in`
  int    started;   // the deadline is that of a request, not of silence
  int    closing;   // after the response
  uint64 deadline;  // tick
  uint64 since;     // tick from which it is behind: it has asked nothing whole since then, or has
                    // taken as much of a response as was due by then
  uint64 skip;      // bytes of a request's body still to be thrown away
  struct page *page; // whose body follows what is in `out`; or NULL
  uint64 body_at, body_end;
  int    out_at, out_end;
  char   in[HEAD_MOST] __attribute__((aligned(8)));
  char   out[SEGMENT] __attribute__((aligned(8)));
};

// Clients wait to be let in: each answer is the last of its connection.
extern int crowded;

void connection_open(struct connection *c, int fd, uint64 now);
void connection_read(struct connection *c, uint64 now);
void connection_write(struct connection *c, uint64 now);
void connection_expire(struct connection *c, uint64 now);
void connection_give_way(struct connection *c, uint64 now);
void connection_close(struct connection *c);
