# The whole text of the program that `space exec` writes: the end mark of REGION_SPACE (6), a byte to
# descriptor 1 to say that it is there, a byte from descriptor 0 or its end to go on, then exit(0).
.section .rodata
.global exec_text, exec_text_end
.balign 4
.option norvc
exec_text:
  slti x0, x0, 13
  li a0, 1
  mv a1, sp
  li a2, 1
  li a7, 16
  ecall
  li a0, 0
  mv a1, sp
  li a2, 1
  li a7, 5
  ecall
  li a0, 0
  li a7, 2
  ecall
exec_text_end:
