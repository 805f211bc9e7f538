// Config: a column of the comparison. It says which images run on which machine, what is promised
// about backups, and against which config its cost is counted.

import type { Image } from '../guest/images.ts'
import type { Bank, Capability } from '../machine/machine.ts'

export interface Config {
  /** Equal to the file's name. */
  readonly name: string
  readonly about: string
  /** The config its overhead is counted against; absent for `none`. */
  readonly baseline?: string
  /** The control whose cost is taken off for a like-with-like figure (a hypervisor without backups). */
  readonly control?: string
  /** When contents are kept equal: `space` keeps none; `none` where there are no backups. */
  readonly policy: 'none' | 'space'
  /** Which frames have backups. */
  readonly coverage: 'none' | 'user+tables' | 'guest frames'
  readonly firmware: () => Promise<Image>
  readonly kernel: () => Promise<Image>
  readonly initrd?: () => Promise<Image>
  /** Boot arguments besides the seed. */
  readonly bootargs?: string
  readonly banks: readonly Bank[]
  /** What its images need of the machine; where it is absent, cells are skipped. */
  readonly needs?: readonly Capability[]
  /** Names of files in harness/invariants that must hold after each cell. */
  readonly invariants: readonly string[]
}
