# The firmware: a small SBI in M-mode.

IMAGES += firmware
OBJS_firmware := firmware/entry.o firmware/main.o firmware/probe.o firmware/console.o firmware/timer.o \
  firmware/calls.o
LDSCRIPT_firmware := firmware/firmware.ld
