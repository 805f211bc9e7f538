// The cache of files: read whole, kept until memory is short, read anew when older than some
// seconds, since the file system keeps no times by which a change could be seen.
// Invariant: `kept` is the sum of the sizes of all pages in memory, and at most KEPT_MOST but for
// pages in use.

#include "httpd.h"

#define PAGES     48
#define KEPT_MOST (1024 * 1024)
#define FRESH     (5 * TICKS_SECOND)
#define HEAD_ROOM 256

static struct page pages[PAGES];
static uint64 kept;
static char root[ROOT_MOST];

void
page_root(const char *path)
{
  strcpy(root, path);
}

static uint
hash_of(const char *s)
{
  uint hash = 2166136261u; // FNV-1a

  while(*s)
    hash = (hash ^ (uchar)*s++) * 16777619u;
  return hash;
}

static const char *
type_of(const char *path)
{
  static const struct { const char *end, *type; } types[] = {
    { ".html", "text/html; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
    { ".txt", "text/plain; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" },
    { ".json", "application/json" }, { ".svg", "image/svg+xml" }, { ".png", "image/png" },
    { ".jpg", "image/jpeg" }, { ".gif", "image/gif" }, { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" }, { ".wasm", "application/wasm" },
  };
  int length = (int)strlen(path);

  for(uint i = 0; i < sizeof types / sizeof *types; i++){
    int n = (int)strlen(types[i].end);
    if(n < length && same_word(path + length - n, types[i].end, n))
      return types[i].type;
  }
  return strchr(path, '.') ? "application/octet-stream" : "text/plain; charset=utf-8";
}

static void
drop(struct page *page)
{
  free(page->body);
  kept -= page->size;
  page->body = NULL;
  page->path[0] = 0;
  page->current = 0;
}

// Makes room for `size` more bytes: an unused record, of the page loaded longest ago if need be. Or
// NULL.
static struct page *
make_room(uint64 size)
{
  struct page *unused, *oldest;

  for(;;){
    unused = oldest = NULL;
    for(struct page *page = pages; page < pages + PAGES; page++){
      if(page->body == NULL)
        unused = page;
      else if(page->users == 0 && (oldest == NULL || page->loaded < oldest->loaded))
        oldest = page;
    }
    if(unused && (kept + size <= KEPT_MOST || oldest == NULL))
      return unused;
    if(oldest == NULL)
      return NULL;
    drop(oldest);
  }
}

// The two heads of the page's usual answer, behind its body.
static void
write_heads(struct page *page, uchar *at)
{
  for(int keep_alive = 0; keep_alive < 2; keep_alive++, at += HEAD_ROOM){
    struct text text = { (char *)at, (char *)at + HEAD_ROOM };
    put_head(&text, 200, page->type, page->size, keep_alive);
    put(&text, "Accept-Ranges: bytes\r\n");
    end_head(&text, (char *)at);
    page->head[keep_alive] = (char *)at;
    page->head_size[keep_alive] = (int)(text.at - (char *)at);
  }
}

static int
read_all(int fd, uchar *to, uint64 size)
{
  uint64 done = 0;
  int n;

  while(done < size && (n = read(fd, to + done, (int)(size - done))) > 0)
    done += (uint64)n;
  return done == size ? 0 : -1;
}

static struct page *
load(int fd, const char *path, uint64 size, uint64 now)
{
  uint64 room = (size + 7) & ~7UL;
  struct page *page = make_room(size);
  uchar *body = page ? malloc(room + 2 * HEAD_ROOM) : NULL;

  if(body == NULL)
    return NULL;
  if(read_all(fd, body, size) < 0){
    free(body);
    return NULL;
  }
  strcpy(page->path, path);
  page->hash = hash_of(path);
  page->users = 0;
  page->current = 1;
  page->loaded = now;
  page->body = body;
  page->size = size;
  page->type = type_of(path);
  kept += size;
  write_heads(page, body + room);
  return page;
}

static struct page *
find(const char *path, uint64 now)
{
  uint hash = hash_of(path);

  for(struct page *page = pages; page < pages + PAGES; page++){
    if(!page->current || page->hash != hash || strcmp(page->path, path) != 0)
      continue;
    if(now - page->loaded < FRESH)
      return page;
    page->current = 0;
    if(page->users == 0)
      drop(page);
  }
  return NULL;
}

// `index`: the file that stands for a directory, whose absence is no reason to deny the directory.
static struct page *
open_page(const char *path, int index, uint64 now, int *status)
{
  struct page *page = NULL;
  struct stat st;
  int fd = open(path, O_RDONLY);

  if(fd < 0){
    *status = index ? 403 : 404;
    return NULL;
  }
  if(fstat(fd, &st) < 0 || st.type == T_DEVICE){
    *status = 403;
  } else if(st.type == T_DIR){
    *status = index ? 403 : 301;
  } else {
    page = load(fd, path, st.size, now);
    *status = page ? 200 : 503;
  }
  close(fd);
  return page;
}

// The page that a path names; the caller is a user of it then.
struct page *
page_get(const struct request *request, uint64 now, int *status)
{
  char path[PATH_MOST];
  struct text text = { path, path + PATH_MOST - 1 };
  struct page *page;
  struct stat st;

  put(&text, root);
  put(&text, request->path);
  *text.at = 0;
  char *end = text.at;
  if(request->directory)
    put(&text, request->path[1] ? "/index.html" : "index.html");
  *text.at = 0;
  *status = 200;
  page = find(path, now);
  if(page == NULL)
    page = open_page(path, request->directory, now, status);
  *end = 0;
  if(*status == 403 && request->directory && (stat(path, &st) < 0 || st.type != T_DIR))
    *status = 404;
  if(page)
    page->users++;
  return page;
}

void
page_put(struct page *page)
{
  if(--page->users == 0 && !page->current)
    drop(page);
}
