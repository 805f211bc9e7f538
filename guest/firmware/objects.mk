# The firmware: a small SBI in M-mode; a payload that asks it everything; and one that prints what any
# firmware leaves for its payload.

IMAGES += firmware
OBJS_firmware := firmware/entry.o firmware/main.o firmware/probe.o firmware/console.o \
  firmware/timer.o firmware/tree.o firmware/harts.o firmware/calls.o
LDSCRIPT_firmware := firmware/firmware.ld

IMAGES += firmware-check
OBJS_firmware-check := firmware/check_entry.o firmware/check.o firmware/check_harts.o
LDSCRIPT_firmware-check := firmware/check.ld
STRIP_firmware-check := debug

IMAGES += firmware-state
OBJS_firmware-state := firmware/state_entry.o firmware/state.o
LDSCRIPT_firmware-state := firmware/check.ld
STRIP_firmware-state := debug
