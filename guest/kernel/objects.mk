# The kernels. They differ in one object: which mirroring is linked in.

# In link order, which is the order of the code in memory: moving an object moves what follows it across
# cache lines, and so changes every measured time a little.
KERNEL_HEAD := $(addprefix kernel/,$(addsuffix .o,entry main device/sbi print device/power string \
  device/devicetree memory/seed memory/pool memory/frames memory/vm memory/copy trap/trampoline \
  trap/trap device/plic device/uart device/console trap/timer process/process process/scheduler \
  process/switch process/exec trap/syscall trap/sys_process trap/sys_file device/virtio \
  device/block fs/buffer fs/log fs/superblock fs/bitmap fs/inode fs/directory file/file \
  file/inode_file file/descriptor file/pipe file/poll))

KERNEL_NET := $(addprefix kernel/net/,$(addsuffix .o,net_checksum net_ip net_packet net_socket tcp \
  tcp_ack tcp_cookie tcp_data tcp_input tcp_output tcp_table tcp_timer)) kernel/device/virtio_net.o

IMAGES += kernel kernel-memv6
OBJS_kernel := $(KERNEL_HEAD) $(KERNEL_NET) kernel/mirror/mirror_off.o
OBJS_kernel-memv6 := $(KERNEL_HEAD) $(KERNEL_NET) kernel/mirror/mirror_on.o
LDSCRIPT_kernel := kernel/kernel.ld
LDSCRIPT_kernel-memv6 := kernel/kernel.ld

# Broken on purpose: the audit must find each out. Each is the sound kernel with kernel/mirror/broken/
# linked around functions of mirror_on.o. kernel_broken NAME, OBJECT, FUNCTIONS.
define kernel_broken
IMAGES += kernel-broken-$(1)
OBJS_kernel-broken-$(1) := $$(OBJS_kernel-memv6) kernel/mirror/broken/$(2).o
LDSCRIPT_kernel-broken-$(1) := kernel/kernel.ld
LDFLAGS_kernel-broken-$(1) := $(3:%=-Wl,--wrap=%)
STRIP_kernel-broken-$(1) := debug
endef
$(eval $(call kernel_broken,same-frame,same_frame,mirror_enter))
$(eval $(call kernel_broken,stale,stale,mirror_release mirror_unleaf))
$(eval $(call kernel_broken,missing,missing,mirror_frame mirror_enter))
$(eval $(call kernel_broken,residue,residue,mirror_unleaf))
$(eval $(call kernel_broken,hundredth,hundredth,mirror_enter))
$(eval $(call kernel_broken,late,late,mirror_enter))
$(eval $(call kernel_broken,wrong-bank,wrong_bank,mirror_enter))
$(eval $(call kernel_broken,user-bit,user_bit,mirror_enter))
$(eval $(call kernel_broken,nothing,nothing,mirror_frame mirror_span))
$(eval $(call kernel_broken,owner,owner,mirror_frame))

# For tests: memory runs out when a program asks for it, and frames are watched over (frames_debug.c).
IMAGES += kernel-debug
OBJS_kernel-debug := $(KERNEL_HEAD) $(KERNEL_NET) kernel/mirror/mirror_debug.o kernel/memory/frames_debug.o
LDSCRIPT_kernel-debug := kernel/kernel.ld
LDFLAGS_kernel-debug := -Wl,--wrap=frame_alloc,--wrap=frame_alloc_cleared \
  -Wl,--wrap=frame_free,--wrap=frame_free_empty,--wrap=syscall
STRIP_kernel-debug := debug

# Includes name a header by its place in kernel/ or in include/.
$(BUILD)/kernel/%.o: CFLAGS += -Ikernel
$(BUILD)/kernel/%.o: ASFLAGS += -Ikernel
$(BUILD)/kernel/string.o: CFLAGS += $(STRINGFLAGS)
