# Bare programs: no kernel, linked at 0x80000000, entered in M-mode.
# ISA programs: bare/isa/NAME.S becomes the image isa/NAME.
ISA := immediate register lui branch jump load-store misaligned fence-i multiply divide amo \
  amo-misaligned lr-sc compressed csr csr-epc csr-read-only trap mprv privilege interrupt \
  interrupt-priority sstc sv39 svadu sfence walk-access pmp h-csr h-vsip h-guest-csr h-trap \
  h-illegal h-virtual h-tsr h-tvm h-vtvm h-vu h-two-stage h-wide h-walk h-mxr h-hlv h-hlv-spvp \
  h-hlvx h-hlv-gva h-interrupt h-htimedelta h-fence h-faults h-svadu h-svadu-walk h-crossing

define isa_program
IMAGES += isa/$(1)
OBJS_isa/$(1) := bare/isa/$(1).o bare/isa/finish.o
LDSCRIPT_isa/$(1) := bare/bare.ld
LDFLAGS_isa/$(1) := -Wl,-n
STRIP_isa/$(1) := debug
endef
$(foreach program,$(ISA),$(eval $(call isa_program,$(program))))

# Wrong on purpose: whoever runs the ISA programs must notice.
IMAGES += isa-wrong
OBJS_isa-wrong := bare/isa/wrong.o bare/isa/finish.o
LDSCRIPT_isa-wrong := bare/bare.ld
LDFLAGS_isa-wrong := -Wl,-n
STRIP_isa-wrong := debug
