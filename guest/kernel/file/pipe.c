// Pipes. The buffer is one frame; counters run on and are wrapped only to index it.
// Invariant: written - taken <= PIPE_BYTES.

#include "file/file.h"
#include "memory/frames.h"
#include "process/process.h"
#include "memory/vm.h"

#define PIPE_BYTES 2048 // a power of two

struct pipe {
  uint taken, written;
  int  readers, writers; // whether that end is open
  char bytes[PIPE_BYTES];
};

_Static_assert(sizeof(struct pipe) <= PGSIZE, "a pipe lives in one frame");

static void
changed(struct pipe *pipe)
{
  wake_up(pipe);
  poll_changed();
}

// The longest piece that may be moved at once.
static uint
piece(uint at, uint available, uint wanted)
{
  uint rest = PIPE_BYTES - at % PIPE_BYTES;
  uint n = available < wanted ? available : wanted;
  return n < rest ? n : rest;
}

static int
pipe_read(struct file *file, uint64 to, int bytes)
{
  struct pipe *pipe = file->object;
  while(pipe->taken == pipe->written && pipe->writers){
    if(current->killed)
      return -1;
    if(file->nonblocking)
      return E_AGAIN;
    sleep_on(pipe);
  }
  int done = 0;
  while(done < bytes && pipe->taken != pipe->written){
    uint n = piece(pipe->taken, pipe->written - pipe->taken, bytes - done);
    if(copy_out(to + done, &pipe->bytes[pipe->taken % PIPE_BYTES], n) < 0){
      done = done > 0 ? done : -1;
      break;
    }
    pipe->taken += n;
    done += n;
  }
  changed(pipe);
  return done;
}

static int
pipe_write(struct file *file, uint64 from, int bytes)
{
  struct pipe *pipe = file->object;
  int done = 0;
  while(done < bytes){
    if(!pipe->readers || current->killed)
      return -1;
    uint room = PIPE_BYTES - (pipe->written - pipe->taken);
    if(room == 0){
      if(file->nonblocking)
        return done > 0 ? done : E_AGAIN;
      sleep_on(pipe);
      continue;
    }
    uint n = piece(pipe->written, room, bytes - done);
    if(copy_in(&pipe->bytes[pipe->written % PIPE_BYTES], from + done, n) < 0)
      return done > 0 ? done : -1;
    pipe->written += n;
    done += n;
    changed(pipe);
  }
  return done;
}

static int
pipe_poll(struct file *file)
{
  struct pipe *pipe = file->object;
  int events = 0;
  if(file->readable)
    events |= (pipe->taken != pipe->written ? POLLIN : 0) | (pipe->writers ? 0 : POLLIN | POLLHUP);
  if(file->writable)
    events |= pipe->readers ? (pipe->written - pipe->taken < PIPE_BYTES ? POLLOUT : 0) : POLLERR;
  return events;
}

static void
pipe_close(struct file *file)
{
  struct pipe *pipe = file->object;
  if(file->writable)
    pipe->writers = 0;
  else
    pipe->readers = 0;
  changed(pipe);
  if(!pipe->readers && !pipe->writers)
    frame_free(pipe);
}

static const struct file_ops pipe_ops = {
  .read = pipe_read,
  .write = pipe_write,
  .poll = pipe_poll,
  .close = pipe_close,
};

int
pipe_create(struct file **reader, struct file **writer)
{
  struct pipe *pipe = frame_alloc(FRAME_KERNEL);
  *reader = file_alloc(&pipe_ops);
  *writer = file_alloc(&pipe_ops);
  if(pipe == NULL || *reader == NULL || *writer == NULL){
    if(pipe != NULL)
      frame_free(pipe);
    if(*reader != NULL)
      file_forget(*reader);
    if(*writer != NULL)
      file_forget(*writer);
    return -1;
  }
  pipe->taken = pipe->written = 0;
  pipe->readers = pipe->writers = 1;
  (*reader)->readable = 1;
  (*writer)->writable = 1;
  (*reader)->object = (*writer)->object = pipe;
  return 0;
}
