// free: what the kernel counts, one figure a line.

#include "user.h"

int
main(void)
{
  struct statistics s;
  if(statistics(&s) < 0){
    fprintf(STDERR, "free: the kernel has no statistics\n");
    exit(1);
  }
  printf("frames usable %lu\n", s.frames_usable);
  printf("frames free %lu\n", s.frames_free);
  printf("backups usable %lu\n", s.backups_usable);
  printf("backups free %lu\n", s.backups_free);
  printf("backup tables %lu\n", s.backup_tables);
  printf("processes %lu\n", s.processes);
  printf("context switches %lu\n", s.context_switches);
  printf("page faults %lu\n", s.page_faults);
  exit(0);
}
