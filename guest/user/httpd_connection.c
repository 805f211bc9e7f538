// One client: its requests in, its responses out, one after the other in the order they came.
// Invariant: `in` holds the bytes behind the last request that was answered; a response is sent to
// the end before the next request is looked at.

#include "httpd_connection.h"

#define REQUEST_TIME (10 * TICKS_SECOND) // for a whole head, and its body
#define SILENCE_TIME (15 * TICKS_SECOND) // between two requests
#define STALL_TIME   (30 * TICKS_SECOND) // without a byte taken of a response
#define RATE_LEAST   512 // bytes a tick; a client that takes fewer falls behind

int crowded;

void
connection_open(struct connection *c, int fd, uint64 now)
{
  set_nonblocking(fd, 1);
  c->state = READING;
  c->fd = fd;
  c->requests = c->filled = c->started = c->closing = 0;
  c->deadline = now + REQUEST_TIME;
  c->since = now;
  c->skip = 0;
  c->page = NULL;
  c->out_at = c->out_end = 0;
}

void
connection_close(struct connection *c)
{
  if(c->page)
    page_put(c->page);
  c->page = NULL;
  close(c->fd);
  c->state = FREE;
}

static void
answer_error(struct connection *c, int status, const struct request *request)
{
  char location[3 * PATH_MOST + 2];
  struct text text = { location, location + sizeof location - 1 };

  if(status == 301){
    put_encoded(&text, request->path);
    put(&text, "/");
    *text.at = 0;
  }
  c->out_end = error_response(c->out, SEGMENT, status, request, status == 301 ? location : NULL);
}

// The head of an answer to a range; for 416 there is no body.
static void
write_range_head(struct connection *c, int status, uint64 from, uint64 to,
                 const struct request *request)
{
  struct text text = { c->out, c->out + SEGMENT };

  put_head(&text, status, c->page->type, to - from, request->keep_alive);
  put(&text, "Content-Range: bytes ");
  if(status == 416){
    put(&text, "*");
  } else {
    put_number(&text, from);
    put(&text, "-");
    put_number(&text, to - 1);
  }
  put(&text, "/");
  put_number(&text, c->page->size);
  put(&text, "\r\n");
  end_head(&text, c->out);
  c->out_end = (int)(text.at - c->out);
}

static void
answer_page(struct connection *c, const struct request *request)
{
  static const struct range whole = { .kind = WHOLE };
  struct page *page = c->page;
  uint64 from, to, n, room;
  int status = choose_range(request->head_only ? &whole : &request->range, page->size, &from, &to);

  if(status == 200){
    c->out_end = page->head_size[request->keep_alive];
    memcpy(c->out, page->head[request->keep_alive], (uint)c->out_end);
  } else {
    write_range_head(c, status, from, to, request);
  }
  if(request->head_only)
    from = to;
  // The first segment is filled up with the body's start; what follows stays 8-aligned for the
  // kernel.
  room = (uint64)(SEGMENT - c->out_end);
  n = to - from <= room ? to - from : room & ~7UL;
  memcpy(c->out + c->out_end, page->body + from, n);
  c->out_end += (int)n;
  c->body_at = from + n;
  c->body_end = to;
  if(c->body_at == c->body_end){
    page_put(page);
    c->page = NULL;
  }
}

static void
answer(struct connection *c, const struct request *request, uint64 now)
{
  int status = request->status;

  c->requests++;
  c->closing = !request->keep_alive;
  c->skip = request->body;
  c->started = 0;
  c->out_at = 0;
  c->state = WRITING;
  c->deadline = now + STALL_TIME;
  c->since = now;
  if(status == 0 && (c->page = page_get(request, now, &status)) != NULL)
    answer_page(c, request);
  else
    answer_error(c, status, request);
}

// An answer to what is no request, after which the connection ends.
static void
give_up(struct connection *c, int status, uint64 now)
{
  struct request none = { .status = status };

  c->filled = 0;
  answer(c, &none, now);
}

static void
forget(struct connection *c, int n)
{
  c->filled -= n;
  if(c->filled > 0)
    memmove(c->in, c->in + n, (uint)c->filled);
}

// Throws away the body of the last request, and empty lines before the next one.
static void
skip_input(struct connection *c)
{
  int n = c->skip < (uint64)c->filled ? (int)c->skip : c->filled;

  c->skip -= (uint64)n;
  if(c->skip == 0)
    while(n < c->filled && (c->in[n] == '\n' || c->in[n] == '\r'))
      n++;
  if(n > 0)
    forget(c, n);
}

// Answers the request at the start of `in` if it is all there.
static void
look_for_request(struct connection *c, uint64 now)
{
  struct request request;
  int n;

  skip_input(c);
  if(c->filled == 0)
    return;
  if(!c->started){
    c->started = 1;
    c->deadline = now + REQUEST_TIME;
  }
  n = head_length(c->in, c->filled);
  if(n > 0){
    parse_request(&request, c->in, n);
    request.keep_alive &= !crowded;
    forget(c, n);
    answer(c, &request, now);
  } else if(c->filled == HEAD_MOST){
    int lines = 0;
    for(int i = 0; i < LINE_MOST; i++)
      lines += c->in[i] == '\n';
    give_up(c, lines == 0 ? 414 : 431, now);
  }
}

// Sends what the client takes. 1 if the response is all sent, 0 if the client must take more first,
// -1 if it has gone.
static int
send_some(struct connection *c, uint64 now)
{
  int n, wanted;

  while(c->out_at < c->out_end || c->page){
    const char *from = c->out + c->out_at;
    wanted = c->out_end - c->out_at;
    if(wanted == 0){
      from = (const char *)c->page->body + c->body_at;
      wanted = (int)(c->body_end - c->body_at);
    }
    n = write(c->fd, from, wanted);
    if(n == E_AGAIN)
      return 0;
    if(n <= 0)
      return -1;
    c->deadline = now + STALL_TIME;
    c->since += (uint64)n / RATE_LEAST;
    if(c->since > now)
      c->since = now;
    if(c->out_at < c->out_end){
      c->out_at += n;
    } else if((c->body_at += (uint64)n) == c->body_end){
      page_put(c->page);
      c->page = NULL;
    }
    if(n < wanted)
      return 0;
  }
  return 1;
}

// Sends and, as long as that goes at once, answers further requests that have come already.
void
connection_write(struct connection *c, uint64 now)
{
  int sent;

  while(c->state == WRITING){
    sent = send_some(c, now);
    if(sent == 0)
      return;
    if(sent < 0 || c->closing){
      connection_close(c);
      return;
    }
    c->state = READING;
    c->deadline = now + SILENCE_TIME;
    c->since = now;
    look_for_request(c, now);
  }
}

void
connection_read(struct connection *c, uint64 now)
{
  int n = read(c->fd, c->in + c->filled, HEAD_MOST - c->filled);

  if(n == E_AGAIN)
    return;
  if(n <= 0){
    connection_close(c);
    return;
  }
  c->filled += n;
  look_for_request(c, now);
  connection_write(c, now);
}

// Ends a client that is too slow; with an answer where it had begun to ask.
void
connection_expire(struct connection *c, uint64 now)
{
  if(now < c->deadline)
    return;
  if(c->state == READING && c->started){
    give_up(c, 408, now);
    connection_write(c, now);
  } else {
    connection_close(c);
  }
}

// Ends a client for the sake of another, unless it has just asked.
void
connection_give_way(struct connection *c, uint64 now)
{
  uint64 since = c->since;

  if(c->state == READING)
    connection_read(c, now);
  if(c->state == FREE || c->since != since)
    return;
  if(c->state == READING && c->started){
    give_up(c, 408, now);
    connection_write(c, now);
  }
  if(c->state != FREE)
    connection_close(c);
}
