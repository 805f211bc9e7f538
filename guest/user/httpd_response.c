// Heads of responses, and whole responses that say what went wrong.
// Invariant: a head's length is a multiple of 8, so that an aligned body stays aligned behind it;
// the spaces that make it so follow the server's name.

#include "httpd.h"

#define BODY_ROOM 400

const char *
reason(int status)
{
  static const struct { int status; const char *reason; } reasons[] = {
    { 200, "OK" }, { 206, "Partial Content" }, { 301, "Moved Permanently" }, { 400, "Bad Request" },
    { 403, "Forbidden" }, { 404, "Not Found" }, { 405, "Method Not Allowed" },
    { 408, "Request Timeout" },
    { 413, "Content Too Large" }, { 414, "URI Too Long" }, { 416, "Range Not Satisfiable" },
    { 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
    { 501, "Not Implemented" }, { 503, "Service Unavailable" },
    { 505, "HTTP Version Not Supported" },
  };

  for(uint i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if(reasons[i].status == status)
      return reasons[i].reason;
  return "Unknown";
}

// Writes status line and the fields that all responses have; more may follow, then end_head.
void
put_head(struct text *text, int status, const char *type, uint64 length, int keep_alive)
{
  put(text, "HTTP/1.1 ");
  put_number(text, (uint64)status);
  put(text, " ");
  put(text, reason(status));
  put(text, "\r\nContent-Type: ");
  put(text, type);
  put(text, "\r\nContent-Length: ");
  put_number(text, length);
  put(text, keep_alive ? "\r\nConnection: keep-alive\r\n" : "\r\nConnection: close\r\n");
}

// Ends the head that started at `from`.
void
end_head(struct text *text, const char *from)
{
  put(text, "Server: httpd");
  while((text->at - from + 4) % 8 != 0 && text->at < text->end)
    put(text, " ");
  put(text, "\r\n\r\n");
}

static void
put_body(struct text *text, int status)
{
  put(text, "<!doctype html>\n<title>");
  put_number(text, (uint64)status);
  put(text, " ");
  put(text, reason(status));
  put(text, "</title>\n<h1>");
  put_number(text, (uint64)status);
  put(text, " ");
  put(text, reason(status));
  put(text, "</h1>\n");
}

// A whole response with a body that names the status; its length. `head_only`: without the body.
int
error_response(char *to, int most, int status, const struct request *request, const char *location)
{
  char body[BODY_ROOM];
  struct text text = { to, to + most }, inside = { body, body + BODY_ROOM };

  put_body(&inside, status);
  put_head(&text, status, "text/html; charset=utf-8", (uint64)(inside.at - body),
           request->keep_alive);
  if(status == 405)
    put(&text, "Allow: GET, HEAD\r\n");
  if(location){
    put(&text, "Location: ");
    put(&text, location);
    put(&text, "\r\n");
  }
  end_head(&text, to);
  for(char *p = body; !request->head_only && p < inside.at && text.at < text.end; p++)
    *text.at++ = *p;
  return (int)(text.at - to);
}
