// The kernel, in the order in which it comes up.

#include "fs/buffer.h"
#include "device/block.h"
#include "device/console.h"
#include "device/devicetree.h"
#include "memory/frames.h"
#include "mirror/mirror.h"
#include "net/net.h"
#include "device/plic.h"
#include "device/power.h"
#include "print.h"
#include "process/process.h"
#include "trap/timer.h"
#include "trap/trap.h"
#include "memory/vm.h"

static void banner(void);

void
main(uint64 hart_id, const void *tree)
{
  trap_init();            // a fault from here on is a message
  devicetree_read(tree);  // memory, boot arguments, clock
  plic_init(hart_id);
  frames_init();          // what each frame is in use for
  kvm_init();             // the kernel's table
  process_init();         // kernel stacks
  kvm_enable();           // paging is on
  power_init(devicetree.finisher);
  console_init();         // the UART is ours
  banner();
  buffer_init();
  block_init();           // the disk
  net_init();             // the network card, if there is one
  process_first();        // the file system and /init
  timer_init();
  scheduler_start();
}

static void
banner(void)
{
  struct statistics s;
  frames_statistics(&s);
  mirror_statistics(&s);
  print("mirrorbench kernel: %lu frames, %lu backup frames, seed %lu\n", s.frames_usable,
        s.backups_usable, bootarg("seed", 0));
}
