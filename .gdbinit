# gdb with a guest of ours. In one terminal: npm run -s mirrorbench -- machine --gdb 1234 --kernel guest/images/kernel.elf
# In another, here: gdb-multiarch -ix .gdbinit guest/images/kernel.elf
set architecture riscv:rv64
set directories guest
set pagination off
set confirm off
target remote 127.0.0.1:1234
