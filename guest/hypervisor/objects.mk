# Memvisor and its control differ in backup.h's implementation; the broken ones, for the audit's own tests,
# in who writes the backup leaves.

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
$(eval $(call visor_image,memvisor-broken-same-frame,backup_space broken_same_frame))
$(eval $(call visor_image,memvisor-broken-stale,backup_space broken_stale))
$(eval $(call visor_image,memvisor-broken-missing,backup_space broken_missing))

# Memvisor with a stopwatch around its exits.
$(eval $(call visor_image,memvisor-timed,backup_space backup_entry test/timed))
LDFLAGS_memvisor-timed := -Wl,--wrap=exit_handle,--wrap=exit_handle_complete
STRIP_memvisor-timed := debug

STRIP_memvisor-broken-same-frame := debug
STRIP_memvisor-broken-stale := debug
STRIP_memvisor-broken-missing := debug

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
