// QemuError: QEMU is not there, does not start or does not answer. Its message is a finished sentence.

import { MachineError } from '../machine.ts'

export class QemuError extends MachineError {
  override readonly name = 'QemuError'
}
