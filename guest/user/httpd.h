// The web server: what its files share. A request becomes a `struct request`, a file a `struct
// page`, both become a response that a connection sends.
#pragma once

#include "user.h"

#define HEAD_MOST    2048 // bytes of a request before its body
#define LINE_MOST    1024 // of its first line
#define PATH_MOST    100  // of a file's path, root included
#define ROOT_MOST    40
#define SEGMENT      1456 // what one TCP segment carries in our kernel
#define TICKS_SECOND 100

// What a Range field asks for. Invariant: of a SPAN, first <= last.
struct range {
  enum { WHOLE, SPAN, LAST_BYTES } kind;
  uint64 first, last; // SPAN
  uint64 count;       // LAST_BYTES
};

// A request, as far as the server cares. `status` other than 0 is the error to answer with.
struct request {
  int  status;
  int  head_only;     // HEAD
  int  keep_alive;
  struct range range;
  uint64 body;        // bytes of body that follow and are skipped
  char path[PATH_MOST];  // decoded, without `..`, starts with /
  int  directory;     // the path ended with /
};

// httpd_request.c. The length of the head with its empty line, 0 while that has not come yet.
int  head_length(const char *from, int n);
void parse_request(struct request *request, const char *head, int n);

// httpd_range.c
struct range read_range(const char *at, const char *end);
int  choose_range(const struct range *range, uint64 size, uint64 *from, uint64 *to);

// httpd_text.c: building, comparing and reading text.
struct text {
  char *at, *end;
};
void put(struct text *text, const char *s);
void put_number(struct text *text, uint64 n);
void put_encoded(struct text *text, const char *path);
int  same_word(const char *a, const char *b, int n);
int  take_number(const char **at, const char *end, uint64 *n);

// A file in memory, with the heads of its two usual answers.
struct page {
  char   path[PATH_MOST];
  uint   hash;
  int    users;       // connections that send it
  int    current;     // found by its path; else it goes with its last user
  uint64 loaded;      // tick
  uchar *body;
  uint64 size;
  const char *type;
  int    head_size[2]; // [keep_alive]
  char  *head[2];      // 8-aligned, padded to a multiple of 8
};

// httpd_page.c. NULL: *status says why; with 301 the path is a directory without its last /.
struct page *page_get(const struct request *request, uint64 now, int *status);
void page_put(struct page *page);
void page_root(const char *root);

// httpd_response.c
const char *reason(int status);
void put_head(struct text *text, int status, const char *type, uint64 length, int keep_alive);
void end_head(struct text *text, const char *from);
int  error_response(char *to, int most, int status, const struct request *request,
                    const char *location);
