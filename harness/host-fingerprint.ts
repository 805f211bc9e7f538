// Host fingerprint: what the manifest of a run says about the computer that made it. Invariant: nothing in it
// names a person.

import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os'

const GiB = 1024 ** 3

export function hostFingerprint(): Readonly<Record<string, string>> {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: String(availableParallelism()),
    platform: `${platform()} ${release()}`,
    arch: arch(),
    memory: `${Math.round(totalmem() / GiB)} GiB`,
  }
}
