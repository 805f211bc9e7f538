// Reading requests (RFC 9110, RFC 9112). Whatever the bytes are, the outcome is a request or a
// status.
// Invariant: nothing outside the head is read; a path that comes out names nothing above the root.

#include "httpd.h"

#define BODY_MOST   65536 // skipped, since nothing here wants a body

static int
is_token(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
    (c > ' ' && c < 127 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

// Lines end with CR LF; LF alone is taken too.
int
head_length(const char *from, int n)
{
  for(int i = 0; i < n; i++){
    if(from[i] != '\n')
      continue;
    if(i + 1 < n && from[i + 1] == '\n')
      return i + 2;
    if(i + 2 < n && from[i + 1] == '\r' && from[i + 2] == '\n')
      return i + 3;
  }
  return 0;
}

static int
hex(char c)
{
  if(c >= '0' && c <= '9')
    return c - '0';
  if(c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The byte at *at, decoded, which *at then passes; -1 if it is badly encoded or NUL.
static int
decode(const char **at, const char *end)
{
  int high, low;
  char c = *(*at)++;

  if(c != '%')
    return c == 0 ? -1 : (uchar)c;
  if(end - *at < 2 || (high = hex((*at)[0])) < 0 || (low = hex((*at)[1])) < 0)
    return -1;
  *at += 2;
  return high * 16 + low == 0 ? -1 : high * 16 + low;
}

// Writes the path without empty and `.` names; 403 for a `..`, 404 for what no file can be called.
static int
read_path(struct request *request, const char *at, const char *end)
{
  char *to = request->path, *name = to + 1;
  int c = '/', ends_in_slash = 1;

  *to++ = '/';
  for(at++; ; ){
    int ended = at >= end || *at == '?' || *at == '#';
    if(!ended && (c = decode(&at, end)) < 0)
      return 400;
    if(!ended && c != '/'){
      if(to >= request->path + PATH_MOST - ROOT_MOST - 1)
        return 404;
      *to++ = (char)c;
      continue;
    }
    if(to - name == 2 && name[0] == '.' && name[1] == '.')
      return 403;
    if(to - name > DIRSIZ)
      return 404;
    ends_in_slash = to == name || (to - name == 1 && *name == '.') || !ended;
    if(to - name == 1 && *name == '.')
      to = name;
    if(ended)
      break;
    if(to > name)
      *to++ = '/';
    name = to;
  }
  request->directory = ends_in_slash;
  if(to > request->path + 1 && to[-1] == '/')
    to--;
  *to = 0;
  return 0;
}

// The target: a path, or a whole http address, of which the path counts.
static int
read_target(struct request *request, const char *at, const char *end)
{
  if(end - at > 7 && same_word(at, "http://", 7)){
    for(at += 7; at < end && *at != '/'; at++)
      ;
    if(at == end)
      at = "/", end = at + 1;
  }
  if(at >= end || *at != '/')
    return 400;
  return read_path(request, at, end);
}

static int
read_method(struct request *request, const char *at, int n)
{
  static const char *known[] = { "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH" };

  for(int i = 0; i < n; i++)
    if(!is_token(at[i]))
      return 400;
  if(n == 3 && memcmp(at, "GET", 3) == 0)
    return 0;
  request->head_only = n == 4 && memcmp(at, "HEAD", 4) == 0;
  if(request->head_only)
    return 0;
  for(uint i = 0; i < sizeof known / sizeof *known; i++)
    if(strlen(known[i]) == (uint)n && memcmp(at, known[i], (uint)n) == 0)
      return 405;
  return n == 0 ? 400 : 501;
}

// HTTP/1.x: *minor; else a status.
static int
read_version(const char *at, int n, int *minor)
{
  if(n != 8 || memcmp(at, "HTTP/", 5) != 0 || at[6] != '.' || at[5] < '0' || at[5] > '9' ||
     at[7] < '0' || at[7] > '9')
    return 400;
  *minor = at[7] - '0';
  return at[5] == '1' ? 0 : 505;
}

// The request line. What is malformed counts before what is merely not served.
static int
read_line(struct request *request, const char *at, const char *end, int *minor)
{
  const char *method_end = at, *target_end;
  int method, version, target;

  if(end - at > LINE_MOST)
    return 414;
  while(method_end < end && *method_end != ' ')
    method_end++;
  for(target_end = method_end + 1; target_end < end && *target_end != ' '; target_end++)
    if((uchar)*target_end < ' ' || *target_end == 127)
      return 400;
  if(target_end >= end)
    return 400;
  version = read_version(target_end + 1, (int)(end - target_end - 1), minor);
  method = read_method(request, at, (int)(method_end - at));
  if(version || method == 400)
    return version ? version : method;
  // Any method but CONNECT and OPTIONS must name a path, even one that is not served.
  target = read_target(request, method_end + 1, target_end);
  return method ? method : target;
}

// True if the comma-separated list has the word.
static int
has_word(const char *at, const char *end, const char *word)
{
  const char *from;

  while(at < end){
    while(at < end && (*at == ' ' || *at == '\t' || *at == ','))
      at++;
    for(from = at; at < end && *at != ',' && *at != ' ' && *at != '\t'; at++)
      ;
    if(same_word(from, word, (int)(at - from)))
      return 1;
  }
  return 0;
}

// What a head said besides the request line.
struct fields {
  int hosts;
  int close, keep_alive;
  int ranges;
  int conditional_range;
  int encoded;    // transfer coding
  int has_length;
  uint64 length;
};

static int
read_length(struct fields *fields, const char *at, const char *end)
{
  uint64 n;

  if(!take_number(&at, end, &n) || at != end || (fields->has_length && fields->length != n))
    return 400;
  fields->has_length = 1;
  fields->length = n;
  return 0;
}

static int
read_field(struct request *request, struct fields *fields, const char *at, const char *end)
{
  const char *name = at;
  int n;

  while(at < end && is_token(*at))
    at++;
  n = (int)(at - name);
  if(n == 0 || at == end || *at++ != ':')
    return 400;
  while(at < end && (*at == ' ' || *at == '\t'))
    at++;
  while(end > at && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  for(const char *p = at; p < end; p++)
    if(((uchar)*p < ' ' && *p != '\t') || *p == 127)
      return 400;
  if(same_word(name, "host", n)){
    fields->hosts++;
  } else if(same_word(name, "connection", n)){
    fields->close |= has_word(at, end, "close");
    fields->keep_alive |= has_word(at, end, "keep-alive");
  } else if(same_word(name, "range", n)){
    fields->ranges++;
    request->range = read_range(at, end);
  } else if(same_word(name, "if-range", n)){
    fields->conditional_range = 1;
  } else if(same_word(name, "transfer-encoding", n)){
    fields->encoded = 1;
  } else if(same_word(name, "content-length", n)){
    return read_length(fields, at, end);
  }
  return 0;
}

// The end of the line that starts at `at`; *next passes its line feed. Requires: there is one
// before `end`.
static const char *
line_end(const char *at, const char **next)
{
  while(*at != '\n')
    at++;
  *next = at + 1;
  return at[-1] == '\r' ? at - 1 : at;
}

// What the fields mean together. Errors in them count before those of the request line.
static int
conclude(struct request *request, struct fields *fields, int minor)
{
  if(fields->encoded)
    return fields->has_length ? 400 : 501;
  if(minor >= 1 && fields->hosts != 1)
    return 400;
  // A field that may stand but once and is repeated asks for nothing; and we give no validators
  // that a condition could match.
  if(fields->ranges > 1 || fields->conditional_range)
    request->range.kind = WHOLE;
  if(fields->length > BODY_MOST)
    return 413;
  request->body = fields->length;
  request->keep_alive = !fields->close && (minor >= 1 || fields->keep_alive);
  return 0;
}

// Requires: n is what head_length gave, and the head does not begin with an empty line.
void
parse_request(struct request *request, const char *head, int n)
{
  static const struct request none;
  struct fields fields = { 0 };
  const char *at = head, *end = head + n, *stop;
  int minor = 0, status, bad = 0;

  *request = none;
  stop = line_end(at, &at);
  status = read_line(request, head, stop, &minor);
  if(status != 400 && status != 414 && status != 505){
    while(at < end && !bad){
      const char *from = at;
      stop = line_end(at, &at);
      if(stop == from)
        break;
      bad = read_field(request, &fields, from, stop);
    }
    if(!bad)
      bad = conclude(request, &fields, minor);
    if(bad)
      status = bad;
  }
  request->status = status;
  if(status && status != 403 && status != 404 && (status != 405 || request->body > 0))
    request->keep_alive = 0; // it is not known where the next request starts
}
