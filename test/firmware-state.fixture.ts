// What OpenSBI 1.1 leaves for its payload on QEMU 7.2's `virt`, as guest/firmware/state.c prints it. A trap
// with its cause and stval, or "yes".

export const STATE = `state
hart 0
tree 1
stvec aligned 1
sstatus 8000000200006000
sie 0
sip 0
scounteren 7
senvcfg 0
sscratch 0
sepc 0
scause 0
stval 0
satp 0
S cycle: yes
S time: yes
S instret: yes
S hpmcounter3: yes
S stimecmp: yes
S sfence.vma: yes
S satp: yes
S float: yes
U cycle: yes
U time: yes
U instret: yes
U hpmcounter3: cause 2 stval c0302573
U ecall: cause 8 stval 0
U satp: cause 2 stval 18002573
U illegal: cause 2 stval 0
S illegal: cause 2 stval 0
S load nowhere: cause 5 stval 8000000
S store nowhere: cause 7 stval 8000000
S jump nowhere: cause 1 stval 8000000
S load firmware: cause 5 stval 80000000
S store firmware: cause 7 stval 80000000
S jump firmware: cause 1 stval 80000000
S load firmware's last: cause 5 stval 8007fff8
S store firmware's last: cause 7 stval 8007fff8
S load behind firmware: yes
S store behind firmware: yes
hstatus 200000000
hedeleg 0
hideleg 0
hie 0
hip 0
hvip 0
htimedelta 0
hcounteren 0
hgeie 0
henvcfg 0
htval 0
htinst 0
hgatp 0
vsstatus a00000000
vsie 0
vstvec 0
vsscratch 0
vsepc 0
vscause 0
vstval 0
vsip 0
vsatp 0
end
`

/** The state that a console shows, behind whatever a firmware has to say for itself. */
export function stateIn(console: string): string {
  return /^state\n[\s\S]*^end\n/m.exec(console.replaceAll('\r', ''))?.[0] ?? console
}
