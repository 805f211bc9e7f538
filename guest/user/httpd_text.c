// Building, comparing and reading text. Invariant: `at` never passes `end`; what does not fit is
// left out.

#include "httpd.h"

#define NUMBER_MOST 1000000000000UL // larger ones count as this

void
put(struct text *text, const char *s)
{
  while(*s && text->at < text->end)
    *text->at++ = *s++;
}

void
put_number(struct text *text, uint64 n)
{
  char digits[24];
  int i = sizeof digits - 1;

  digits[i] = 0;
  do {
    digits[--i] = (char)('0' + n % 10);
    n /= 10;
  } while(n > 0);
  put(text, digits + i);
}

// A path as a URI has it: what could mean anything else is percent-encoded.
void
put_encoded(struct text *text, const char *path)
{
  static const char digits[] = "0123456789ABCDEF";

  for(; *path; path++){
    char c = *path, plain[2] = { c, 0 };
    char encoded[4] = { '%', digits[(uchar)c >> 4], digits[c & 15], 0 };
    int safe = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
      strchr("/-._~", c) != NULL;
    put(text, safe ? plain : encoded);
  }
}

static char
lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

// True if the n bytes at `a` are the word `b`, which is in lower case, whatever the case of `a`.
int
same_word(const char *a, const char *b, int n)
{
  int i = 0;

  while(i < n && b[i] && lower(a[i]) == b[i])
    i++;
  return i == n && b[i] == 0;
}

// Reads decimal digits, which *at then passes, into *n. 0 if there are none.
int
take_number(const char **at, const char *end, uint64 *n)
{
  const char *from = *at;

  *n = 0;
  for(; *at < end && **at >= '0' && **at <= '9'; (*at)++){
    *n = *n * 10 + (uint64)(**at - '0');
    if(*n > NUMBER_MOST)
      *n = NUMBER_MOST;
  }
  return *at > from;
}
