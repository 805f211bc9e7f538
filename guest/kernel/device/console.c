// The console. Input is edited by the line: backspace, ^U (drop the line), ^D (end of file), ^P
// (list of processes). A read gets at most one line.

#include "device/console.h"
#include "file/file.h"
#include "print.h"
#include "process/process.h"
#include "device/uart.h"
#include "memory/vm.h"

#define CONTROL(c) ((c) - '@')
#define DELETE     0x7f
#define INPUT      1024 // a power of two
#define CHUNK      256

// Counted, not wrapped: taken <= lines <= edited, and edited - taken <= INPUT.
static char input[INPUT];
static uint taken;  // read by processes
static uint lines;  // complete: what they may read
static uint edited; // the end of the line being edited

static void
rub_out(void)
{
  edited--;
  uart_put('\b');
  uart_put(' ');
  uart_put('\b');
}

static void
receive(int c)
{
  switch(c){
  case CONTROL('P'):
    process_list();
    return;
  case CONTROL('U'):
    while(edited != lines)
      rub_out();
    return;
  case CONTROL('H'):
  case DELETE:
    if(edited != lines)
      rub_out();
    return;
  case 0:
    return;
  }
  if(edited - taken == INPUT)
    return;
  c = c == '\r' ? '\n' : c;
  if(c != CONTROL('D'))
    uart_put(c);
  input[edited++ % INPUT] = c;
  if(c == '\n' || c == CONTROL('D') || edited - taken == INPUT){
    lines = edited;
    wake_up(input);
    poll_changed();
  }
}

static int
console_read(struct file *file, uint64 to, int bytes)
{
  int done = 0;
  while(taken == lines){
    if(current->killed)
      return -1;
    if(file->nonblocking)
      return E_AGAIN;
    sleep_on(input);
  }
  while(done < bytes && taken != lines){
    char c = input[taken % INPUT];
    if(c == CONTROL('D')){
      if(done == 0)
        taken++; // an end of file is read once; behind text it waits for the next read
      break;
    }
    if(copy_out(to + done, &c, 1) < 0)
      return done > 0 ? done : -1;
    taken++;
    done++;
    if(c == '\n')
      break;
  }
  return done;
}

static int
console_write(struct file *file, uint64 from, int bytes)
{
  (void)file;
  char chunk[CHUNK];
  for(int done = 0; done < bytes; ){
    int n = bytes - done < CHUNK ? bytes - done : CHUNK;
    if(copy_in(chunk, from + done, n) < 0)
      return done > 0 ? done : -1;
    uart_write(chunk, n);
    done += n;
  }
  return bytes;
}

static int
console_poll(struct file *file)
{
  (void)file;
  return (taken != lines ? POLLIN : 0) | POLLOUT;
}

static const struct file_ops console_ops = {
  .read = console_read,
  .write = console_write,
  .poll = console_poll,
};

void
console_init(void)
{
  uart_init(receive);
  print_sink = uart_put;
  device_attach(CONSOLE, &console_ops);
}
