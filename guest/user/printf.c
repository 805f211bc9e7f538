// Formatted output. Invariant: the text of one call leaves in one write (longer text in pieces of
// BUFFER), so lines of two processes do not mix within a line.

#include <stdarg.h>
#include "user.h"

#define BUFFER 256

struct out {
  int fd;
  int n;
  char text[BUFFER];
};

static void
put(struct out *out, char c)
{
  if(out->n == BUFFER){
    write(out->fd, out->text, out->n);
    out->n = 0;
  }
  out->text[out->n++] = c;
}

static void
put_number(struct out *out, uint64 value, uint base)
{
  char digits[20];
  int n = 0;
  do {
    digits[n++] = "0123456789abcdef"[value % base];
    value /= base;
  } while(value != 0);
  while(n > 0)
    put(out, digits[--n]);
}

static void
put_signed(struct out *out, int64 value)
{
  if(value < 0){
    put(out, '-');
    put_number(out, -(uint64)value, 10);
  } else {
    put_number(out, value, 10);
  }
}

static void
put_string(struct out *out, const char *s)
{
  for(s = s != NULL ? s : "(null)"; *s != 0; s++)
    put(out, *s);
}

static void
format(int fd, const char *text, va_list args)
{
  struct out out = { .fd = fd, .n = 0 };
  for(; *text != 0; text++){
    if(*text != '%'){
      put(&out, *text);
      continue;
    }
    int wide = text[1] == 'l';
    text += 1 + wide;
    switch(*text){
    case 'd': put_signed(&out, wide ? va_arg(args, int64) : va_arg(args, int)); break;
    case 'u': put_number(&out, wide ? va_arg(args, uint64) : va_arg(args, uint), 10); break;
    case 'x': put_number(&out, wide ? va_arg(args, uint64) : va_arg(args, uint), 16); break;
    case 'p': put_string(&out, "0x"); put_number(&out, va_arg(args, uint64), 16); break;
    case 'c': put(&out, va_arg(args, int)); break;
    case 's': put_string(&out, va_arg(args, const char *)); break;
    case '%': put(&out, '%'); break;
    case 0: text--; break;
    default: put(&out, '%'); put(&out, *text); break;
    }
  }
  if(out.n > 0)
    write(fd, out.text, out.n);
}

void
fprintf(int fd, const char *text, ...)
{
  va_list args;
  va_start(args, text);
  format(fd, text, args);
  va_end(args);
}

void
printf(const char *text, ...)
{
  va_list args;
  va_start(args, text);
  format(STDOUT, text, args);
  va_end(args);
}
