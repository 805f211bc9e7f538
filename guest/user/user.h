// What a user program may call: the kernel (the numbers are in abi.h) and the small library linked
// to it.
#pragma once

#include "abi.h"

#define STDIN  0
#define STDOUT 1
#define STDERR 2

// System calls (usys.c). -1 is an error where a contract does not say more.
int   fork(void);
int   exit(int) __attribute__((noreturn));
int   wait(int *);
int   pipe(int *);
int   read(int, void *, int);
int   kill(int);
int   exec(const char *, char **);
int   fstat(int, struct stat *);
int   chdir(const char *);
int   dup(int);
int   getpid(void);
char *sbrk(int);
int   sleep(int);
int   uptime(void);
int   open(const char *, int);
int   write(int, const void *, int);
int   mknod(const char *, short, short);
int   unlink(const char *);
int   link(const char *, const char *);
int   mkdir(const char *);
int   close(int);

int   tcp_listen(int, int);
int   tcp_accept(int);
int   set_nonblocking(int, int);
int   poll(struct pollfd *, int, int);
char *sbrk_lazy(int);
int   statistics(struct statistics *);
int   power_off(int) __attribute__((noreturn));
int   yield(void);

// string.c
void *memset(void *, int, unsigned long);
void *memcpy(void *, const void *, unsigned long);
void *memmove(void *, const void *, unsigned long);
int   memcmp(const void *, const void *, unsigned long);
unsigned long strlen(const char *);
int   strcmp(const char *, const char *);
char *strchr(const char *, char);
char *strcpy(char *, const char *);
int   atoi(const char *);
char *gets(char *, int);
int   stat(const char *, struct stat *);

// printf.c: %d %u %x %p %c %s %%, with l for 64 bits; one write for each call, or for each 256
// bytes.
void  printf(const char *, ...) __attribute__((format(printf, 1, 2)));
void  fprintf(int, const char *, ...) __attribute__((format(printf, 2, 3)));

// umalloc.c: NULL when the kernel has no more memory.
void *malloc(unsigned long);
void  free(void *);
