// The contract between kernel and user programs. Numbers 1-21 and the structures on them are those of
// classical xv6-riscv, so programs built for the one run on the other; our own calls start at 64.
#pragma once

#include "types.h"

#define SYS_fork     1
#define SYS_exit     2
#define SYS_wait     3
#define SYS_pipe     4
#define SYS_read     5
#define SYS_kill     6
#define SYS_exec     7
#define SYS_fstat    8
#define SYS_chdir    9
#define SYS_dup     10
#define SYS_getpid  11
#define SYS_sbrk    12
#define SYS_sleep   13
#define SYS_uptime  14
#define SYS_open    15
#define SYS_write   16
#define SYS_mknod   17
#define SYS_unlink  18
#define SYS_link    19
#define SYS_mkdir   20
#define SYS_close   21

#define SYS_tcp_listen      64 // int tcp_listen(uint16 port, int backlog): descriptor, or -1
#define SYS_tcp_accept      65 // int tcp_accept(int listener): descriptor; E_AGAIN if none waits and nonblocking; -1
#define SYS_set_nonblocking 66 // int set_nonblocking(int fd, int on): read, write and accept give E_AGAIN instead of waiting
#define SYS_poll            67 // int poll(struct pollfd *fds, int n, int ticks): ready count; 0 after ticks; -1 waits for ever
#define SYS_sbrk_lazy       68 // char *sbrk_lazy(int n): grows the heap without frames; they come at first touch
#define SYS_statistics      69 // int statistics(struct statistics *out)
#define SYS_power_off       70 // int power_off(int code): does not return
#define SYS_yield           71 // int yield(void): gives up the processor once

#define E_AGAIN  (-11)

// sbrk's second argument. SBRK_LAZY grows the heap as sbrk_lazy does; all else, and what an older
// program leaves in the register, means SBRK_EAGER.
#define SBRK_EAGER 1
#define SBRK_LAZY  2

#define O_RDONLY 0x000
#define O_WRONLY 0x001
#define O_RDWR   0x002
#define O_CREATE 0x200
#define O_TRUNC  0x400

#define T_DIR    1
#define T_FILE   2
#define T_DEVICE 3

#define CONSOLE  1 // major device number

struct stat {
  int    dev;
  uint   ino;
  short  type;
  short  nlink;
  uint64 size;
};

#define DIRSIZ 14

struct dirent {
  ushort inum;
  char   name[DIRSIZ];
};

#define POLLIN  1
#define POLLOUT 4
#define POLLERR 8
#define POLLHUP 16

struct pollfd {
  int   fd;      // -1: left out
  short events;
  short revents;
};

// What the kernel counts; frames are 4 KiB.
struct statistics {
  uint64 frames_usable;    // original frames that the allocator started with
  uint64 frames_free;      // of those, free now
  uint64 backups_usable;   // backup frames that the allocator started with; 0 without mirroring
  uint64 backups_free;
  uint64 backup_tables;    // frames that hold only backup PTEs
  uint64 processes;
  uint64 context_switches;
  uint64 page_faults;
};

// Limits that programs of the one kernel may rely on in the other.
#define NPROC    64
#define NOFILE   64 // xv6 has 16; httpd wants more
#define MAXARG   32
#define MAXPATH  128
