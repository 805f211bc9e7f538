# Bare programs: no kernel, linked at 0x80000000, entered in M-mode.
# ISA programs: bare/isa/NAME.S becomes the image isa/NAME.
ISA := immediate register lui branch jump load-store misaligned fence-i multiply divide amo \
  amo-misaligned lr-sc compressed csr csr-epc csr-read-only trap mprv privilege interrupt \
  interrupt-priority sstc sv39 svadu sfence walk-access pmp h-csr h-vsip h-guest-csr h-trap \
  h-illegal h-virtual h-tsr h-tvm h-vtvm h-vu h-two-stage h-wide h-walk h-mxr h-hlv h-hlv-spvp \
  h-hlvx h-hlv-gva h-hlv-crossing h-interrupt h-htimedelta h-fence h-faults h-svadu h-svadu-walk \
  h-crossing f-register f-status f-arithmetic f-fused f-compare f-convert d-arithmetic d-fused \
  d-compare d-convert cf-load-store h-float h-float-dirty zicboz

define isa_program
IMAGES += isa/$(1)
OBJS_isa/$(1) := bare/isa/$(1).o bare/isa/finish.o
LDSCRIPT_isa/$(1) := bare/bare.ld
LDFLAGS_isa/$(1) := -Wl,-n
STRIP_isa/$(1) := debug
endef
$(foreach program,$(ISA),$(eval $(call isa_program,$(program))))

# Programs for several harts: bare/smp/NAME.S becomes the image smp/NAME.
SMP := lock reservation message ipi timer private code

define smp_program
IMAGES += smp/$(1)
OBJS_smp/$(1) := bare/smp/$(1).o bare/isa/finish.o
LDSCRIPT_smp/$(1) := bare/bare.ld
LDFLAGS_smp/$(1) := -Wl,-n
STRIP_smp/$(1) := debug
endef
$(foreach program,$(SMP),$(eval $(call smp_program,$(program))))

# Wrong on purpose: a runner of the ISA programs must notice.
IMAGES += isa-wrong
OBJS_isa-wrong := bare/isa/wrong.o bare/isa/finish.o
LDSCRIPT_isa-wrong := bare/bare.ld
LDFLAGS_isa-wrong := -Wl,-n
STRIP_isa-wrong := debug

# Performance kernels: perf-NAME-m in M-mode, perf-NAME-s in S-mode with Sv39.
define perf_program
IMAGES += perf-$(1)
OBJS_perf-$(1) := bare/perf/start.o bare/perf/run.o $(2:%=bare/perf/%.o)
LDSCRIPT_perf-$(1) := bare/bare.ld
LDFLAGS_perf-$(1) := -Wl,-n
STRIP_perf-$(1) := debug
endef
$(BUILD)/bare/perf/float.o: CFLAGS += -march=rv64imafdc_zicsr_zifencei
$(foreach name,noop crc sieve memory ecall float,\
  $(eval $(call perf_program,$(name)-m,$(name) machine))\
  $(eval $(call perf_program,$(name)-s,$(name) supervisor)))
$(foreach size,512k 4m,\
  $(eval $(call perf_program,chase-$(size)-m,chase chase_$(size) machine))\
  $(eval $(call perf_program,chase-$(size)-s,chase chase_$(size) supervisor)))
$(eval $(call perf_program,satp-s,satp supervisor))
