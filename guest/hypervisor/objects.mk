# Memvisor and its control differ in backup.h's implementation; the broken ones, for the audit's own tests,
# in who writes the backup leaves, or in what is linked around the sound one.

VISOR := entry main probe_entry probe machine devicetree text memory arena order frames guest guest_tree load \
  walk exit instruction mmio float_registers sbi vplic vuart vvirtio vqueue mediate uart plic print
SHADOW := paging_shadow shadow_root shadow_follow shadow_table

define visor_image
IMAGES += $(1)
OBJS_$(1) := $$(addprefix hypervisor/,$$(addsuffix .o,$$(VISOR) $$(SHADOW) $(2)))
LDSCRIPT_$(1) := hypervisor/hypervisor.ld
endef
$(eval $(call visor_image,memvisor,backup_space backup_entry))
$(eval $(call visor_image,visor-shadow,backup_none))

# Broken on purpose: the audit must find each out. visor_broken NAME OBJECTS.
define visor_broken
$(call visor_image,memvisor-broken-$(1),$(2))
STRIP_memvisor-broken-$(1) := debug
endef
$(eval $(call visor_broken,same-frame,backup_space broken_same_frame))
$(eval $(call visor_broken,stale,backup_space broken_stale))
$(eval $(call visor_broken,missing,backup_space broken_missing))
$(eval $(call visor_broken,hundredth,backup_space broken_hundredth))
$(eval $(call visor_broken,wrong-bank,backup_space broken_wrong_bank))
$(eval $(call visor_broken,user-bit,backup_space broken_user_bit))
$(eval $(call visor_broken,residue,backup_space broken_residue))
$(eval $(call visor_broken,nothing,backup_none broken_nothing))
LDFLAGS_memvisor-broken-nothing := -Wl,--wrap=backup_frame_create,--wrap=paging_audit
$(eval $(call visor_broken,owner,backup_space backup_entry broken_owner))
LDFLAGS_memvisor-broken-owner := -Wl,--wrap=backup_frame_create

# Memvisor with a stopwatch around its exits.
$(eval $(call visor_image,memvisor-timed,backup_space backup_entry test/timed))
LDFLAGS_memvisor-timed := -Wl,--wrap=exit_handle,--wrap=exit_handle_complete
STRIP_memvisor-timed := debug

$(BUILD)/hypervisor/memory.o: CFLAGS += $(STRINGFLAGS)

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
