// requests SEED COUNT: gives the web server's own code COUNT requests made by chance, in
// connections that bring and take bytes by chance too, and holds what it does to its promises. It
// is linked with httpd's files but for the cache of files; reading, writing and closing come here
// (-Wl,--wrap). What may be read ends where no memory is, so that a look behind it is a fault.

#include "httpd_connection.h"
#include "requests.h"

#define FD     7
#define PAGE   4096
#define PAGES  3
#define ROOM   256 // for the head of a page's usual answer
#define FIELDS 6

int __wrap_read(int fd, void *to, int most), __wrap_write(int fd, const void *from, int n);
int __wrap_close(int fd), __wrap_set_nonblocking(int fd, int on);
int __real_write(int fd, const void *from, int n); // for what this program says itself

static struct stream stream;
static struct connection connection;
static struct page pages[PAGES];
static char heads[PAGES][2][ROOM] __attribute__((aligned(8)));
static char *edge; // where memory ends; PAGE bytes lie before it
static int taken, closed, answers;

static void
demand(int holds, const char *what)
{
  if(holds)
    return;
  printf("requests: wrong: %s\n%s\n", what, stream.bytes);
  exit(1);
}

int
__wrap_set_nonblocking(int fd, int on)
{
  demand(fd == FD && on, "set_nonblocking");
  return 0;
}

int
__wrap_close(int fd)
{
  demand(fd == FD && !closed, "close of what is not open");
  closed = 1;
  return 0;
}

int
__wrap_read(int fd, void *to, int most)
{
  int n = 1 + (int)chance(chance(3) ? HEAD_MOST : 40);

  demand(fd == FD && !closed && most > 0, "read");
  demand((char *)to + most == connection.in + HEAD_MOST, "a read into the buffer's rest");
  if(taken == stream.n)
    return 0;
  if(chance(8) == 0)
    return E_AGAIN;
  if(n > most)
    n = most;
  if(n > stream.n - taken)
    n = stream.n - taken;
  memcpy(to, stream.bytes + taken, (uint)n);
  taken += n;
  return n;
}

static int
lies_in(const char *from, int n, const void *start, uint64 size)
{
  return from >= (const char *)start && (uint64)(from - (const char *)start) + (uint64)n <= size;
}

int
__wrap_write(int fd, const void *from, int n)
{
  int known = lies_in(from, n, connection.out, (uint64)connection.out_end);

  if(fd == STDOUT || fd == STDERR)
    return __real_write(fd, from, n);
  demand(fd == FD && !closed && n > 0, "a write of some bytes");
  for(int i = 0; i < PAGES; i++)
    known |= lies_in(from, n, pages[i].body, pages[i].size);
  demand(known, "a write of the head or the file");
  if(from == connection.out)
    demand(memcmp(from, "HTTP/1.1 ", n < 9 ? (uint)n : 9) == 0, "a status line comes first");
  switch(chance(8)){
  case 0:
    return E_AGAIN;
  case 1:
    return chance(8) ? 1 + (int)chance((uint)n) : -1;
  default:
    return n;
  }
}

// What is opened lies beneath the root, and has room beside the root's own name.
static void
check_path(const char *path)
{
  demand(path[0] == '/', "a path begins at the root");
  demand(strlen(path) < PATH_MOST - ROOT_MOST, "a path leaves room for the root");
  for(const char *name = path; *name != 0; name++)
    demand(memcmp(name, "/..", 3) != 0 || (name[3] != '/' && name[3] != 0), "a path goes down only");
}

// In place of httpd_page.c: files of no, few and many bytes, and none.
struct page *
page_get(const struct request *request, uint64 now, int *status)
{
  static const int refusals[] = { 301, 403, 404, 503 };
  struct page *page = &pages[chance(PAGES)];

  demand(request->status == 0, "a page for a request that is right");
  check_path(request->path);
  if(chance(5) == 0){
    *status = refusals[chance(4)];
    return NULL;
  }
  page->users++;
  page->loaded = now;
  *status = 200;
  answers++;
  return page;
}

void
page_put(struct page *page)
{
  demand(page->users > 0, "a page that is given back is in use");
  page->users--;
}

static void
make_pages(void)
{
  static const uint64 sizes[PAGES] = { 0, 11, PAGE };

  for(int i = 0; i < PAGES; i++){
    pages[i] = (struct page){ .size = sizes[i], .type = "text/plain", .current = 1 };
    pages[i].body = (uchar *)edge - sizes[i];
    for(int keep = 0; keep < 2; keep++){
      struct text text = { heads[i][keep], heads[i][keep] + ROOM };
      put_head(&text, 200, pages[i].type, pages[i].size, keep);
      end_head(&text, heads[i][keep]);
      pages[i].head[keep] = heads[i][keep];
      pages[i].head_size[keep] = (int)(text.at - heads[i][keep]);
    }
  }
}

// One connection from its first byte to its end.
static void
converse(void)
{
  uint64 now = 0;

  make_stream(&stream);
  taken = closed = 0;
  connection_open(&connection, FD, now);
  while(connection.state != FREE){
    if(connection.state == WRITING)
      connection_write(&connection, now);
    else
      connection_read(&connection, now);
    if(chance(50) == 0)
      now += chance(40 * TICKS_SECOND);
    if(chance(50) == 0 && connection.state != FREE)
      connection_expire(&connection, now);
  }
  demand(closed, "the connection is closed");
  for(int i = 0; i < PAGES; i++)
    demand(pages[i].users == 0, "no page stays in use");
}

static int
count(const char *const fields[], int n, const char *name)
{
  int found = 0;

  for(int i = 0; i < n; i++)
    found += same_word(fields[i], name, (int)strlen(name));
  return found;
}

static void
check_range(const struct range *range)
{
  static const uint64 sizes[] = { 0, 1, 5, 6, 10, 1024, 1UL << 40 };
  uint64 from, to;

  demand(range->kind != SPAN || range->first <= range->last, "a span that goes forward");
  for(uint i = 0; i < sizeof sizes / sizeof *sizes; i++){
    int status = choose_range(range, sizes[i], &from, &to);
    demand(from <= to && to <= sizes[i], "a range within the file");
    demand(status == 206 ? from < to : status == 416 ? from == to : status == 200 && to == sizes[i],
           "a range has the status of its bytes");
  }
}

// Reads a head whose end is the end of memory, into a record full of junk.
static struct request
meaning(const char *const fields[], int n, int backwards)
{
  struct request request;
  int length = write_head(stream.bytes, HEAD_MOST, fields, n, backwards);
  char *head = edge - length;

  stream.bytes[length] = 0;
  memset(&request, 0xa5, sizeof request);
  memcpy(head, stream.bytes, (uint)length);
  demand(head_length(head, length - 1) == 0, "a head without its end is not whole");
  demand(head_length(head, length) == length, "a head is whole");
  parse_request(&request, head, length);
  return request;
}

// The order of fields means nothing, and one that may stand but once means nothing twice.
static void
check_meaning(void)
{
  const char *fields[FIELDS];
  int n = make_fields(fields, FIELDS);
  struct request a = meaning(fields, n, 0), b = meaning(fields, n, 1);

  demand(a.status == b.status, "the status does not depend on the fields' order");
  demand(a.body <= 65536 && a.keep_alive >= 0 && a.keep_alive <= 1, "a request is bounded");
  if(a.status != 0)
    return;
  demand(a.body == b.body && a.keep_alive == b.keep_alive && a.range.kind == b.range.kind,
         "the meaning does not depend on the fields' order");
  demand(strcmp(a.path, "/1k.bin") == 0 && !a.head_only, "the line is read as it is");
  demand(count(fields, n, "host:") == 0, "a request names its host once");
  if(count(fields, n, "range:") != 1 || count(fields, n, "if-range:") > 0)
    demand(a.range.kind == WHOLE, "a repeated range asks for nothing");
  check_range(&a.range);
}

int
main(int argc, char *argv[])
{
  if(argc != 3){
    fprintf(STDERR, "usage: requests seed count\n");
    exit(1);
  }
  int seed = atoi(argv[1]), wanted = atoi(argv[2]), done = 0;

  sbrk(PAGE - (int)((uint64)sbrk(0) % PAGE));
  edge = sbrk(PAGE) + PAGE;
  chance_seed((uint64)seed);
  make_pages();
  while(done < wanted){
    check_meaning();
    converse();
    done += 2 + connection.requests;
  }
  printf("requests: seed %d, %d requests, %d files asked for: ok\n", seed, done, answers);
  exit(answers == 0);
}
