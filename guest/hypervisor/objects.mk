# Memvisor and its control differ in backup.h's implementation; the broken ones, for the audit's own tests,
# in the object that writes the backup leaves, or in one that is linked around the sound ones.

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

# Broken on purpose: the audit must find each out. visor_broken NAME OBJECTS.
define visor_broken
$(call visor_image,memvisor-broken-$(1),SHADOW,$(2))
STRIP_memvisor-broken-$(1) := debug
endef
$(eval $(call visor_broken,same-frame,backup/backup_space backup/broken/same_frame))
$(eval $(call visor_broken,stale,backup/backup_space backup/broken/stale))
$(eval $(call visor_broken,missing,backup/backup_space backup/broken/missing))
$(eval $(call visor_broken,hundredth,backup/backup_space backup/broken/hundredth))
$(eval $(call visor_broken,wrong-bank,backup/backup_space backup/broken/wrong_bank))
$(eval $(call visor_broken,user-bit,backup/backup_space backup/broken/user_bit))
$(eval $(call visor_broken,residue,backup/backup_space backup/broken/residue))
$(eval $(call visor_broken,nothing,backup/backup_none backup/broken/nothing))
LDFLAGS_memvisor-broken-nothing := -Wl,--wrap=backup_frame_create,--wrap=paging_audit
$(eval $(call visor_broken,owner,backup/backup_space backup/backup_entry backup/broken/owner))
LDFLAGS_memvisor-broken-owner := -Wl,--wrap=backup_frame_create

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
