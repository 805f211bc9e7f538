# Bare programs: no kernel, linked at 0x80000000, entered in M-mode.
