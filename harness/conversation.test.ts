import { describe, expect, it } from 'vitest'
import type { Counters } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'
import { fakeMachine, type Script } from '../test/fake-machine.ts'
import { WorkloadFailure } from '../workloads/workload.ts'
import { Conversation, PROMPT } from './conversation.ts'
import cyclesProbe from './probes/cycles.ts'
import eventsProbe from './probes/events.ts'

const script: Script = (line) => {
  if (line === 'ls') return { says: 'README 2 2 100\n', cycles: 500 }
  if (line === 'die') return { says: 'panic: freewalk\n', stop: { kind: 'stuck', why: 'wfi' } }
  return {}
}

async function talk(live = false) {
  const machine = fakeMachine(script)
  const around = { probes: [cyclesProbe, eventsProbe], live, hz: 1e9, check: async () => {} }
  const guest = new Conversation(machine, around)
  await guest.expect(PROMPT)
  return guest
}

describe('Conversation', () => {
  it('returns what a command says, without echo and prompt', async () => {
    const guest = await talk()
    expect(await guest.command('ls')).toBe('README 2 2 100\n')
    expect(await guest.command('true')).toBe('')
  })

  it('measures a region by what the counters moved', async () => {
    const guest = await talk()
    await guest.measure('command', async () => {
      await guest.command('ls')
    })
    expect(guest.readings).toEqual([
      { region: 'command', metric: 'wall', unit: 'cycles', iteration: 0, value: 510 },
      { region: 'command', metric: 'busy', unit: 'cycles', iteration: 0, value: 500 },
      { region: 'command', metric: 'event:trap:ecall', unit: 'count', iteration: 0, value: 50 },
    ])
  })

  it('takes no busy cycles beyond all cycles, and none below 0', () => {
    const counted = (busy: number): Counters => {
      return { cycles: 2 * busy, busy, instructions: 0, events: {} }
    }
    const [before, after] = [counted(100), counted(101)]
    expect(cyclesProbe.read(before, after).map(({ value }) => value)).toEqual([2, 1])
    expect(() => cyclesProbe.read(before, { ...after, busy: 103 })).toThrow(
      'busy cycles: expected 0 to 2 of as many in all, got 3',
    )
    expect(() => cyclesProbe.read(before, { ...after, busy: 99 })).toThrow(/got -1/)
  })

  it('counts the readings of a region', async () => {
    const guest = await talk()
    for (const value of [3, 1, 2]) guest.addReading('fork', 'wall', 'cycles', value)
    expect(guest.readings.map(({ iteration, value }) => [iteration, value])).toEqual([
      [0, 3],
      [1, 1],
      [2, 2],
    ])
  })

  it('names the cycles of a live cell live-cycles', async () => {
    const guest = await talk(true)
    guest.addReading('load', 'wall', 'cycles', 3)
    expect(guest.readings[0]?.unit).toBe('live-cycles')
  })

  it('says what it expected, why the guest stopped, and its last line', async () => {
    const guest = await talk()
    await expect(guest.command('die')).rejects.toThrow(
      /expected .* the guest stopped by stuck: wfi; last line was "panic: freewalk"/,
    )
    await expect(guest.command('die')).rejects.toThrow(WorkloadFailure)
  })

  it('gives up at the deadline', async () => {
    const guest = await talk()
    await expect(guest.expect(/never/, cycles(5_000_000))).rejects.toThrow(
      'within 0.005 s of virtual time; the guest stopped by deadline',
    )
  })

  it('finds text that was said before it was expected', async () => {
    const guest = await talk()
    guest.type('ls')
    guest.type('echo')
    await guest.expect(/README/)
    await guest.expect(/echo\n/)
    await guest.expect(PROMPT)
  })

  it('runs the guest while outside work is under way, and no longer', async () => {
    const guest = await talk(true)
    expect(await guest.runDuring(Promise.resolve('done'))).toBe('done')
    await expect(guest.runDuring(Promise.reject(new Error('refused')))).rejects.toThrow('refused')
  })
})
