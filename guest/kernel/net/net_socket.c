// Sockets: listeners and connections as files. Here is all the waiting that TCP itself does not do.
// Invariant: a file's `object` is a struct tcp that the program holds, from alloc until close.

#include "file/file.h"
#include "net/net.h"
#include "net/net_checksum.h"
#include "net/net_port.h"
#include "process/process.h"
#include "net/tcp.h"
#include "memory/vm.h"

// Waits for a change of the connection; -1 if the process is to end.
static int
wait_for(struct tcp *tcp)
{
  tcp->sleepers++;
  sleep_on(tcp);
  tcp->sleepers--;
  return current->killed ? -1 : 0;
}

// Copies up to `bytes` of what has come in; -1: the process may not write there.
static int
read_some(struct tcp *tcp, uint64 to, int bytes)
{
  int done = 0;
  uint64 n;
  void *from;

  while(done < bytes && (from = tcp_readable(tcp, &n)) != NULL){
    if(n > (uint64)(bytes - done))
      n = (uint64)(bytes - done);
    if(copy_out(to + (uint64)done, from, n) < 0)
      return done > 0 ? done : -1;
    tcp_read(tcp, (uint)n);
    done += (int)n;
  }
  return done;
}

static int
socket_read(struct file *file, uint64 to, int bytes)
{
  struct tcp *tcp = file->object;
  int done = 0, end;

  for(;;){
    done = read_some(tcp, to, bytes);
    if(done != 0 || bytes == 0)
      break;
    if((end = tcp_at_end(tcp)) != 0){
      done = end > 0 ? 0 : -1;
      break;
    }
    if(file->nonblocking){
      done = E_AGAIN;
      break;
    }
    if(wait_for(tcp) < 0){
      done = -1;
      break;
    }
  }
  net_flush();
  return done;
}

// Copies the program's bytes at `from` into packets, as many as there is room for; their number, or
// -1 if the program may not read there, or -2 if the connection is over.
static int
write_some(struct tcp *tcp, uint64 from, int bytes)
{
  int done = 0;

  while(done < bytes){
    uint64 room, at = from + (uint64)done, page = PGSIZE - at % PGSIZE;
    uint64 n = (uint64)(bytes - done);
    void *to = tcp_write_room(tcp, &room);
    if(to == NULL)
      return done == 0 && room == 0 ? -2 : done;
    n = n < room ? n : room;
    n = n < page ? n : page;
    uint64 frame = uvm_frame(current, at, VM_READ);
    if(frame == 0){
      tcp_written(tcp, 0, 0);
      return done > 0 ? done : -1;
    }
    tcp_written(tcp, (uint)n, checksum_copy(to, (void *)(frame + at % PGSIZE), n));
    done += (int)n;
  }
  return done;
}

// Takes all bytes, or, nonblocking, as many as there is room for.
static int
socket_write(struct file *file, uint64 from, int bytes)
{
  struct tcp *tcp = file->object;
  int done = 0, n;

  while(done < bytes){
    n = write_some(tcp, from + (uint64)done, bytes - done);
    if(n < 0){
      done = done > 0 ? done : -1;
      break;
    }
    tcp_push(tcp);
    done += n;
    if(done == bytes)
      break;
    if(file->nonblocking){
      done = done > 0 ? done : E_AGAIN;
      break;
    }
    net_flush();
    if(wait_for(tcp) < 0){
      done = -1;
      break;
    }
  }
  net_flush();
  return done;
}

static int
socket_poll(struct file *file)
{
  return tcp_readiness(file->object);
}

static void
socket_close(struct file *file)
{
  tcp_close(file->object);
  net_flush();
}

static const struct file_ops listener_ops = { .poll = socket_poll, .close = socket_close };
static const struct file_ops socket_ops = {
  .read = socket_read, .write = socket_write, .poll = socket_poll, .close = socket_close,
};

int
net_listen(int port, int backlog)
{
  struct file *file;
  struct tcp *tcp;
  int fd;

  if(port < 1 || port > 65535 || (tcp = tcp_listen((uint16)port, backlog)) == NULL)
    return -1;
  file = file_alloc(&listener_ops);
  if(file == NULL){
    tcp_close(tcp);
    return -1;
  }
  file->object = tcp;
  fd = descriptor_alloc(file);
  if(fd < 0)
    file_close(file);
  return fd;
}

int
net_accept(int listener)
{
  struct file *file = descriptor_file(listener), *accepted;
  struct tcp *tcp;
  int fd;

  if(file == NULL || file->ops != &listener_ops)
    return -1;
  tcp = file->object;
  while(tcp->accept_head == NULL){
    if(file->nonblocking)
      return E_AGAIN;
    if(wait_for(tcp) < 0)
      return -1;
  }
  accepted = file_alloc(&socket_ops);
  if(accepted == NULL)
    return -1;
  // The descriptor before the connection, which waits on if there is none.
  fd = descriptor_alloc(accepted);
  if(fd < 0){
    file_forget(accepted);
    return -1;
  }
  accepted->object = tcp_accept(tcp);
  accepted->readable = accepted->writable = 1;
  return fd;
}
