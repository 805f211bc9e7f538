# Memvisor and its control differ in the objects that keep backup.h.

# In link order, which is the order of the code in memory (kernel/objects.mk says why that matters).
VISOR := entry main machine/probe_entry machine/probe machine/machine machine/devicetree machine/text \
  memory/bytes memory/arena memory/order memory/frames guest/guest guest/guest_tree guest/load \
  paging/walk vcpu/vcpu exit vcpu/instruction device/mmio vcpu/float_registers vcpu/sbi device/vplic \
  device/vuart device/vvirtio device/vqueue device/mediate machine/uart machine/plic machine/print
# The ways of paging, each the objects that keep paging.h.
SHADOW := $(addprefix paging/shadow/,paging_shadow shadow_root shadow_follow shadow_table)

# visor_image NAME, WAY OF PAGING, OBJECTS that keep backup.h.
define visor_image
IMAGES += $(1)
OBJS_$(1) := $$(addprefix hypervisor/,$$(addsuffix .o,$$(VISOR) $$($(2)) $(3)))
LDSCRIPT_$(1) := hypervisor/hypervisor.ld
endef
$(eval $(call visor_image,memvisor,SHADOW,backup/backup_space backup/backup_entry))
$(eval $(call visor_image,visor-shadow,SHADOW,backup/backup_none))

# Broken on purpose: the audit must find each out. Each is Memvisor, or its control, with an object of
# hypervisor/backup/broken/ linked around functions. visor_broken NAME, OBJECTS that keep backup.h, OBJECT,
# FUNCTIONS.
SPACE := backup/backup_space backup/backup_entry
define visor_broken
$(call visor_image,memvisor-broken-$(1),SHADOW,$(2) backup/broken/$(3))
LDFLAGS_memvisor-broken-$(1) := $(4:%=-Wl,--wrap=%)
STRIP_memvisor-broken-$(1) := debug
endef
$(eval $(call visor_broken,same-frame,$(SPACE),same_frame,backup_leaf))
$(eval $(call visor_broken,stale,$(SPACE),stale,backup_clear))
$(eval $(call visor_broken,missing,$(SPACE),missing,backup_leaf))
$(eval $(call visor_broken,hundredth,$(SPACE),hundredth,backup_leaf))
$(eval $(call visor_broken,wrong-bank,$(SPACE),wrong_bank,backup_leaf))
$(eval $(call visor_broken,user-bit,$(SPACE),user_bit,backup_leaf))
$(eval $(call visor_broken,residue,$(SPACE),residue,backup_clear))
$(eval $(call visor_broken,nothing,backup/backup_none,nothing,backup_frame_create paging_audit))
$(eval $(call visor_broken,owner,$(SPACE),owner,backup_frame_create))

# Memvisor with a stopwatch around its exits.
$(eval $(call visor_image,memvisor-timed,SHADOW,backup/backup_space backup/backup_entry test/timed))
LDFLAGS_memvisor-timed := -Wl,--wrap=exit_handle,--wrap=exit_handle_complete
STRIP_memvisor-timed := debug

# Includes name a header by its place in hypervisor/ or in include/.
$(BUILD)/hypervisor/%.o: CFLAGS += -Ihypervisor
$(BUILD)/hypervisor/memory/bytes.o: CFLAGS += $(STRINGFLAGS)

# Payloads that test Memvisor from inside (and the board under it: they run there as well).
define visor_payload
IMAGES += visor-$(1)
OBJS_visor-$(1) := hypervisor/test/start.o hypervisor/test/payload.o hypervisor/test/$(1).o $(2)
LDSCRIPT_visor-$(1) := hypervisor/test/payload.ld
STRIP_visor-$(1) := debug
endef
$(eval $(call visor_payload,storm))
$(eval $(call visor_payload,hart))
$(eval $(call visor_payload,hostile,hypervisor/test/disk.o))
$(eval $(call visor_payload,dma,hypervisor/test/disk.o))
$(eval $(call visor_payload,hold,hypervisor/test/disk.o))
$(eval $(call visor_payload,transfers,hypervisor/test/transfers_forms.o))
$(eval $(call visor_payload,registers))
