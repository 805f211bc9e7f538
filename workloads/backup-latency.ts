// backup-latency: the time to create a space of a given size. The difference between a mirrored
// config and its baseline is what the backup of that space costs: the thesis's headline. `cold`
// takes frames never used since boot (another process holds the used ones), `recycled` those that an equal
// space left. The invariants are walked while the space lives.

import { addRegionCost, regionCosts } from './region.ts'
import { type Workload, WorkloadFailure } from './workload.ts'

const KiB = 1024

export default {
  name: 'backup-latency',
  about: 'creating a space by sbrk and touch, by fork, by exec',
  claims: ['backup-200kb', 'coverage'],
  needs: ['marks', 'counters'],
  parameters: {
    bytes: [4 * KiB, 16 * KiB, 64 * KiB, 200 * KiB, 512 * KiB, 1024 * KiB, 4096 * KiB],
    how: ['sbrk', 'fork', 'exec'],
    frames: ['cold', 'recycled'],
  },
  async drive(guest, { bytes, how, frames }) {
    const create = async () => {
      guest.takeMarks()
      const cold = frames === 'cold' ? ' cold' : ''
      guest.type(`space ${how} ${bytes}${cold} hold`)
      const [said] = await guest.expect(/\nspace (?:\w+ \d+ ok|.* failed)\r?\n/)
      const found = regionCosts(guest.takeMarks(), 'space')
      const [space] = found
      if (space === undefined || found.length !== 1 || !said.includes(` ${bytes} ok`)) {
        throw new WorkloadFailure(
          `space ${how} ${bytes}: expected one space and "ok", got ${found.length} and "${said.trim()}"`,
        )
      }
      await guest.check() // while the space lives
      await guest.command('')
      return space
    }
    if (frames === 'recycled') await create()
    addRegionCost(guest, 'space', await create())
  },
} satisfies Workload<{ bytes: number; how: string; frames: string }>
