# The kernels. They differ in one object: which mirroring is linked in.

KERNEL_HEAD := kernel/entry.o kernel/main.o kernel/sbi.o kernel/print.o kernel/power.o \
  kernel/string.o kernel/devicetree.o kernel/seed.o kernel/pool.o kernel/frames.o kernel/vm.o \
  kernel/copy.o kernel/trampoline.o kernel/trap.o kernel/plic.o kernel/uart.o kernel/console.o kernel/timer.o kernel/process.o kernel/scheduler.o \
  kernel/switch.o kernel/exec.o kernel/syscall.o kernel/sys_process.o kernel/sys_file.o \
  kernel/virtio.o kernel/block.o kernel/buffer.o kernel/log.o kernel/superblock.o kernel/bitmap.o kernel/inode.o \
  kernel/directory.o kernel/file.o kernel/inode_file.o kernel/descriptor.o kernel/pipe.o kernel/poll.o

KERNEL_NET := kernel/net_checksum.o kernel/net_ip.o kernel/net_packet.o kernel/net_socket.o kernel/tcp.o \
  kernel/tcp_ack.o kernel/tcp_cookie.o kernel/tcp_data.o kernel/tcp_input.o kernel/tcp_output.o kernel/tcp_table.o \
  kernel/tcp_timer.o kernel/virtio_net.o

IMAGES += kernel kernel-memv6
OBJS_kernel := $(KERNEL_HEAD) $(KERNEL_NET) kernel/mirror_off.o
OBJS_kernel-memv6 := $(KERNEL_HEAD) $(KERNEL_NET) kernel/mirror_on.o
LDSCRIPT_kernel := kernel/kernel.ld
LDSCRIPT_kernel-memv6 := kernel/kernel.ld

# Broken on purpose: the audit must find each out. kernel_broken NAME OBJECTS.
define kernel_broken
IMAGES += kernel-broken-$(1)
OBJS_kernel-broken-$(1) := $$(KERNEL_HEAD) $$(KERNEL_NET) $$(addprefix kernel/mirror_,$(2))
LDSCRIPT_kernel-broken-$(1) := kernel/kernel.ld
STRIP_kernel-broken-$(1) := debug
endef
$(eval $(call kernel_broken,same-frame,broken_same_frame.o))
$(eval $(call kernel_broken,stale,broken_stale.o))
$(eval $(call kernel_broken,missing,broken_missing.o))
$(eval $(call kernel_broken,residue,broken_residue.o))
# These are linked around the sound one.
$(eval $(call kernel_broken,hundredth,on.o broken_hundredth.o))
LDFLAGS_kernel-broken-hundredth := -Wl,--wrap=mirror_enter
$(eval $(call kernel_broken,wrong-bank,on.o broken_wrong_bank.o))
LDFLAGS_kernel-broken-wrong-bank := -Wl,--wrap=mirror_enter
$(eval $(call kernel_broken,user-bit,on.o broken_user_bit.o))
LDFLAGS_kernel-broken-user-bit := -Wl,--wrap=mirror_enter
$(eval $(call kernel_broken,nothing,on.o broken_nothing.o))
LDFLAGS_kernel-broken-nothing := -Wl,--wrap=mirror_frame,--wrap=mirror_stretch
$(eval $(call kernel_broken,owner,on.o broken_owner.o))
LDFLAGS_kernel-broken-owner := -Wl,--wrap=mirror_frame

# For tests: memory runs out when a program asks for it, and frames are watched over (frames_debug.c).
IMAGES += kernel-debug
OBJS_kernel-debug := $(KERNEL_HEAD) $(KERNEL_NET) kernel/mirror_debug.o kernel/frames_debug.o
LDSCRIPT_kernel-debug := kernel/kernel.ld
LDFLAGS_kernel-debug := -Wl,--wrap=frame_alloc,--wrap=frame_alloc_cleared \
  -Wl,--wrap=frame_free,--wrap=frame_free_empty,--wrap=syscall
STRIP_kernel-debug := debug

$(BUILD)/kernel/string.o: CFLAGS += $(STRINGFLAGS)
