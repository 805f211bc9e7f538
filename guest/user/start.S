# Where every user program begins: the kernel's exec leaves argc in a0, argv in a1.
.section .text.start
.global start
start:
  call main
  call exit
