// Tests of processes, pipes and descriptors.

#include "usertests.h"

// To the limit of processes and back, twice.
void
test_fork(void)
{
  for(int round = 0; round < 2; round++){
    int n, status;
    for(n = 0; n <= NPROC; n++){
      int pid = fork();
      if(pid < 0)
        break;
      if(pid == 0)
        exit(n);
    }
    MUST(n > 8 && n < NPROC);
    int seen = 0;
    for(int i = 0; i < n; i++){
      MUST(wait(&status) > 0);
      seen += status;
    }
    MUST(seen == n * (n - 1) / 2);
    MUST(wait(&status) == -1);
  }
}

void
test_exit_wait(void)
{
  for(int i = 0; i < 50; i++){
    int status, pid = fork();
    MUST(pid >= 0);
    if(pid == 0)
      exit(i);
    MUST(wait(&status) == pid);
    MUST(status == i);
  }
  int pid = fork();
  if(pid == 0)
    exit(7);
  MUST(wait(NULL) == pid);
}

void
test_two_children(void)
{
  for(int i = 0; i < 20; i++){
    int one = fork();
    if(one == 0)
      exit(0);
    int two = fork();
    if(two == 0)
      exit(0);
    int a = wait(NULL), b = wait(NULL);
    MUST((a == one && b == two) || (a == two && b == one));
  }
}

// A grandchild whose parent is gone is init's, and does not stay.
static void
leave_child(void)
{
  if(fork() == 0){
    yield();
    exit(0);
  }
}

void
test_reparent(void)
{
  for(int i = 0; i < 10; i++)
    MUST(status_of(leave_child) == 0);
  MUST(wait(NULL) == -1);
  sleep(2); // until init has buried the last of them
}

void
test_kill(void)
{
  int status, pid = fork();
  MUST(pid >= 0);
  if(pid == 0)
    for(;;)
      ;
  MUST(kill(pid) == 0);
  MUST(wait(&status) == pid);
  MUST(status == KILLED);
  MUST(kill(pid) == -1);
  MUST(kill(-1) == -1);
  MUST(kill(0) == -1);
}

// A process that waits in the kernel ends as well.
void
test_kill_waiting(void)
{
  int ends[2], status;
  MUST(pipe(ends) == 0);
  for(int how = 0; how < 2; how++){
    int pid = fork();
    MUST(pid >= 0);
    if(pid == 0){
      char c;
      if(how == 0)
        read(ends[0], &c, 1);
      else
        sleep(1000000);
      exit(0);
    }
    sleep(1);
    MUST(kill(pid) == 0);
    MUST(wait(&status) == pid);
    MUST(status == KILLED);
  }
}

// A process that never calls the kernel does not stop the others.
void
test_preempt(void)
{
  int ends[2], status;
  char c;
  MUST(pipe(ends) == 0);
  int spinner = fork();
  if(spinner == 0)
    for(;;)
      ;
  int writer = fork();
  if(writer == 0){
    for(volatile int i = 0; i < 10000; i++)
      ;
    MUST(write(ends[1], "x", 1) == 1);
    exit(0);
  }
  MUST(read(ends[0], &c, 1) == 1 && c == 'x');
  MUST(wait(&status) == writer && status == 0);
  MUST(kill(spinner) == 0);
  MUST(wait(&status) == spinner);
}

// What echo prints shows what it was given.
void
test_exec_arguments(void)
{
  int ends[2], status;
  char text[64];
  MUST(pipe(ends) == 0);
  int pid = fork();
  MUST(pid >= 0);
  if(pid == 0){
    char *argv[] = { "echo", "one", "", "three four", NULL };
    close(STDOUT);
    dup(ends[1]);
    close(ends[0]);
    close(ends[1]);
    exec("/echo", argv);
    exit(1);
  }
  close(ends[1]);
  MUST(wait(&status) == pid && status == 0);
  int n = 0, got;
  while((got = read(ends[0], text + n, sizeof(text) - n)) > 0)
    n += got;
  MUST(n == 16 && memcmp(text, "one  three four\n", n) == 0);
}

// A refused exec returns, and the process is whole.
void
test_exec_refused(void)
{
  char *argv[MAXARG + 2];
  for(int i = 0; i <= MAXARG; i++)
    argv[i] = "x";
  argv[MAXARG + 1] = NULL;
  MUST(exec("/echo", argv) == -1);
  argv[1] = NULL;
  MUST(exec("/no-such-file", argv) == -1);
  MUST(exec("/README", argv) == -1);
  MUST(exec("/", argv) == -1);
  MUST(exec("", argv) == -1);
  static char too_long[5000];
  memset(too_long, 'a', sizeof(too_long) - 1);
  MUST(exec(too_long, argv) == -1);
  argv[0] = too_long;
  MUST(exec("/echo", argv) == -1);
}

// 64 KiB through a pipe, in pieces that do not fit each other.
void
test_pipe(void)
{
  static char buffer[1033];
  int ends[2], status, total = 0, n;
  MUST(pipe(ends) == 0);
  int pid = fork();
  MUST(pid >= 0);
  if(pid == 0){
    close(ends[0]);
    for(int at = 0; at < 65536; at += 1024){
      for(int i = 0; i < 1024; i++)
        buffer[i] = (at + i) * 7;
      MUST(write(ends[1], buffer, 1024) == 1024);
    }
    exit(0);
  }
  close(ends[1]);
  for(int want = 1; (n = read(ends[0], buffer, want)) > 0; want = want % 1033 + 1)
    for(int i = 0; i < n; i++, total++)
      MUST(buffer[i] == (char)(total * 7));
  MUST(n == 0 && total == 65536);
  MUST(wait(&status) == pid && status == 0);
}

void
test_pipe_ends(void)
{
  int ends[2];
  char c;
  MUST(pipe(ends) == 0);
  MUST(read(ends[1], &c, 1) == -1);
  MUST(write(ends[0], &c, 1) == -1);
  MUST(write(ends[1], "ab", 2) == 2);
  close(ends[1]);
  MUST(read(ends[0], &c, 1) == 1 && c == 'a');
  MUST(read(ends[0], &c, 1) == 1 && c == 'b');
  MUST(read(ends[0], &c, 1) == 0);
  close(ends[0]);
  MUST(pipe(ends) == 0);
  close(ends[0]);
  MUST(write(ends[1], "x", 1) == -1);
}

// A writer waits while the pipe is full, and goes on when it is read, or ends when no process can read.
void
test_pipe_full(void)
{
  int ends[2], status, n, total = 0;
  static char buffer[8192];
  MUST(pipe(ends) == 0);
  int pid = fork();
  if(pid == 0){
    close(ends[0]);
    MUST(write(ends[1], buffer, sizeof(buffer)) == sizeof(buffer));
    write(ends[1], buffer, sizeof(buffer));
    exit(3);
  }
  close(ends[1]);
  while(total < (int)sizeof(buffer) && (n = read(ends[0], buffer, 100)) > 0)
    total += n;
  MUST(total >= (int)sizeof(buffer));
  close(ends[0]);
  MUST(wait(&status) == pid && status == 3);
}

void
test_descriptors(void)
{
  int fds[NOFILE], n = 0, fd;
  while((fd = dup(STDOUT)) >= 0){
    MUST(n < NOFILE && fd < NOFILE);
    fds[n++] = fd;
  }
  MUST(n > 0 && fds[n - 1] == NOFILE - 1);
  MUST(open("/README", O_RDONLY) == -1);
  MUST(open("ut-full", O_CREATE | O_RDWR) == -1);
  int ends[2];
  MUST(pipe(ends) == -1);
  close(fds[0]);
  MUST(open("ut-full", O_RDONLY) == -1); // no descriptor, no file
  MUST(pipe(ends) == -1); // half a pipe is none
  MUST(open("/README", O_RDONLY) == fds[0]);
  for(int i = 0; i < n; i++)
    MUST(close(fds[i]) == 0);
  MUST(close(fds[0]) == -1);
}

// Opens as many files as a process may, and keeps them until the parent closes its end.
static void
hoard(int ready[2], int release[2])
{
  char c;
  close(ready[0]);
  close(release[1]);
  while(open("/README", O_RDONLY) >= 0)
    ;
  write(ready[1], "x", 1);
  read(release[0], &c, 1);
  exit(0);
}

// While the kernel has no file left, every call that wants one fails and leaves nothing behind.
void
test_file_table(void)
{
  enum { HOARDERS = 5 }; // more than enough for a table of 256
  int ready[2], release[2], ends[2], status, fd;
  char c;
  MUST(pipe(ready) == 0 && pipe(release) == 0);
  for(int i = 0; i < HOARDERS; i++){
    int pid = fork();
    MUST(pid >= 0);
    if(pid == 0)
      hoard(ready, release);
    MUST(read(ready[0], &c, 1) == 1);
  }
  MUST(open("/README", O_RDONLY) == -1);
  MUST(open("ut-none", O_CREATE | O_RDWR) == -1);
  MUST(pipe(ends) == -1);
  MUST(tcp_listen(9, 1) == -1);
  MUST((fd = dup(ready[0])) >= 0 && close(fd) == 0); // another descriptor, not another file
  close(release[1]);
  for(int i = 0; i < HOARDERS; i++)
    MUST(wait(&status) > 0 && status == 0);
  MUST(open("ut-none", O_RDONLY) == -1);
  MUST((fd = tcp_listen(9, 1)) >= 0 && close(fd) == 0);
  MUST(pipe(ends) == 0 && close(ends[0]) == 0 && close(ends[1]) == 0);
  close(release[0]);
  close(ready[0]);
  close(ready[1]);
}

void
test_time(void)
{
  int start = uptime();
  MUST(sleep(2) == 0);
  MUST(uptime() >= start + 2);
  MUST(sleep(0) == 0);
}

// Registers survive system calls and interrupts.
void
test_registers(void)
{
  int spinner = fork();
  if(spinner == 0)
    for(;;)
      yield();
  for(int i = 0; i < 50; i++){
    uint64 sum;
    __asm__ volatile(
      "li s2, 0x1111\n li s3, 0x2222\n li s4, 0x3333\n"
      "li t3, 0x4444\n li t4, 0x5555\n li a5, 0x6666\n"
      "li a7, %1\n ecall\n"
      "li a0, 20000\n 1: addi a0, a0, -1\n bnez a0, 1b\n"
      "add %0, s2, s3\n add %0, %0, s4\n add %0, %0, t3\n add %0, %0, t4\n add %0, %0, a5\n"
      : "=&r"(sum) : "i"(SYS_yield) : "s2", "s3", "s4", "t3", "t4", "a5", "a7", "a0", "memory");
    MUST(sum == 0x16665);
  }
  MUST(kill(spinner) == 0);
  MUST(wait(NULL) == spinner);
}
