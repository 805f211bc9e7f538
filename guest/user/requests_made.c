// Requests made by chance out of pieces that are right, wrong and at the edges; fields come in any
// order and as often as they like.
// Invariant: a head is never longer than its room; what does not fit is left out at its end.

#include "requests.h"

#define FIELDS_MOST 10
#define NAMES_32 "/a/b/c/d/a/b/c/d/a/b/c/d/a/b/c/d/a/b/c/d/a/b/c/d/a/b/c/d/a/b/c/d"
#define ANY(pieces) (pieces)[chance(sizeof(pieces) / sizeof *(pieces))]
#define PIECE(pieces) (chance(16) ? ANY(pieces) : ANY(odd_##pieces))

// Usual pieces, and the others.
static const char *const methods[] = { "GET", "GET", "HEAD" };
static const char *const odd_methods[] = { "POST", "OPTIONS", "BREW", "get", "G@T", "" };
static const char *const targets[] = {
  "/", "/1k.bin", "/10k.bin", "/empty", "/a/./b//c", "/a/", "/a%20b?c=d", "/a#b",
  "http://host/1k.bin", "http://host",
};
static const char *const odd_targets[] = {
  "/..", "/a/%2e%2E/b", "/%00", "/%4", "*", "a", "", "/longer-than-a-name-may",
  NAMES_32, NAMES_32 NAMES_32 NAMES_32 NAMES_32 "/", "/a/../..", "/%2e%2e/a", "/...", "/a/b/..c",
};
static const char *const versions[] = { "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.9" };
static const char *const odd_versions[] = { "HTTP/2.0", "HTTP/1.", "http/1.1", "HTTP/1.1 a", "" };
static const char *const fields[] = {
  "Range: bytes=0-9", "Range: bytes=-", "Range: bytes=5-2", "Range: bytes=-5", "Range: bytes=5-",
  "Range: bytes=-0", "Range: bytes=1023-1024", "Range: bytes=1024-", "Range: bytes=0-0",
  "Range: bytes=0-18446744073709551615", "Range: bytes=9223372036854775807-",
  "Range: bytes=18446744073709551615-0", "Range: bytes=-18446744073709551616",
  "Range: bytes=0-1,3-4", "Range: lines=0-1", "Range:", "Range: bytes=", "Range: bytes=--1",
  "Range: bytes=+1-2", "range:bytes=2-2", "If-Range: \"a\"", "Connection: a, keep-alive",
  "Connection:", "Content-Length: 3", "X-Other: 1", "X:",
};
static const char *const odd_fields[] = {
  "Host: a", "Connection: close", "Connection: ,, ,close", "Content-Length: 0",
  "Content-Length: -1", "Content-Length: 65536", "Content-Length: 65537",
  "Content-Length: 18446744073709551619", "Content-Length: 3, 3", "Content-Length:",
  "Transfer-Encoding: chunked", "Range : bytes=0-1", ": a", "no colon", "a:\x01", " folded: line",
};

static uint64 state;

void
chance_seed(uint64 seed)
{
  state = seed * 0x9e3779b97f4a7c15UL + 1; // never 0
  if(state == 0)
    state = 1;
}

// A number below `below`, by xorshift64*.
uint
chance(uint below)
{
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint)((state * 0x2545f4914f6cdd1dUL) >> 33) % below;
}

// Chooses fields; how many.
int
make_fields(const char *chosen[], int most)
{
  int n = (int)chance((uint)most + 1);

  for(int i = 0; i < n; i++)
    chosen[i] = PIECE(fields);
  return n;
}

static void
put_line(struct text *text, const char *line, const char *end)
{
  put(text, line);
  put(text, end);
}

// A head with a host, these fields and a request line that is right; its length.
int
write_head(char *to, int most, const char *const chosen[], int n, int backwards)
{
  const char *end = chance(4) ? "\r\n" : "\n";
  struct text text = { to, to + most };

  put_line(&text, "GET /1k.bin HTTP/1.1", end);
  put_line(&text, "Host: a", end);
  for(int i = 0; i < n; i++)
    put_line(&text, chosen[backwards ? n - 1 - i : i], end);
  put(&text, end);
  return (int)(text.at - to);
}

static void
put_request(struct text *text)
{
  const char *end = chance(4) ? "\r\n" : "\n", *chosen[FIELDS_MOST];
  char *from = text->at;
  int n = make_fields(chosen, (int)chance(2) ? 2 : FIELDS_MOST);

  put_line(text, PIECE(methods), " ");
  put_line(text, PIECE(targets), " ");
  put_line(text, PIECE(versions), end);
  if(chance(32))
    put_line(text, "Host: a", end);
  for(int i = 0; i < n; i++)
    put_line(text, chosen[i], end);
  put(text, end);
  if(chance(16) == 0)
    for(uint i = chance(4); i > 0 && text->at > from; i--)
      from[chance((uint)(text->at - from))] = (char)chance(256);
  for(uint i = chance(32) ? 0 : chance(8); i > 0; i--)
    put(text, "b");
}

// Some requests, one behind the other as in a connection.
void
make_stream(struct stream *stream)
{
  struct text text = { stream->bytes, stream->bytes + STREAM_MOST };

  stream->requests = 1 + (int)chance(8);
  for(int i = 0; i < stream->requests; i++)
    put_request(&text);
  stream->n = (int)(text.at - stream->bytes);
}
