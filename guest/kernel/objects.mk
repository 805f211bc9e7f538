# The kernels. They differ in one object: which mirroring is linked in.

KERNEL_HEAD := kernel/entry.o kernel/main.o kernel/sbi.o kernel/print.o kernel/power.o kernel/string.o \
  kernel/devicetree.o kernel/frames.o kernel/vm.o kernel/copy.o kernel/trampoline.o kernel/trap.o \
  kernel/plic.o kernel/uart.o kernel/console.o kernel/timer.o kernel/process.o kernel/scheduler.o \
  kernel/switch.o kernel/exec.o kernel/syscall.o kernel/sys_process.o kernel/sys_file.o \
  kernel/virtio.o kernel/block.o kernel/buffer.o kernel/log.o kernel/bitmap.o kernel/inode.o \
  kernel/directory.o kernel/file.o kernel/inode_file.o kernel/descriptor.o kernel/pipe.o kernel/poll.o

KERNEL_NET := kernel/net_none.o

IMAGES += kernel
OBJS_kernel := $(KERNEL_HEAD) $(KERNEL_NET) kernel/mirror_off.o
LDSCRIPT_kernel := kernel/kernel.ld

$(BUILD)/kernel/string.o: CFLAGS += $(STRINGFLAGS)
