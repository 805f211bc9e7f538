# The whole text of the program that `space exec` writes: the end mark of REGION_SPACE (6), then
# exit(0).
.section .rodata
.global exec_text, exec_text_end
.balign 4
.option norvc
exec_text:
  slti x0, x0, 13
  li a0, 0
  li a7, 2
  ecall
exec_text_end:
