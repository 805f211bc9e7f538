import { describe, expect, it } from 'vitest'
import { HANGS_AFTER_MS } from '../../test/patience.ts'
import { cycles } from '../units.ts'
import { HostPacer } from './pacer.ts'

const ms = (n: number) => cycles(n * 1_000_000)
/** A wait that would show: half of the test's own patience. */
const LONG_MS = HANGS_AFTER_MS / 2

/** How many host milliseconds `body` takes. */
async function took(body: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await body()
  return performance.now() - start
}

describe('HostPacer', () => {
  it('waits for nobody', async () => {
    const pacer = new HostPacer()
    expect(await took(() => pacer.idle(ms(0), ms(LONG_MS)))).toBeLessThan(LONG_MS)
  })

  it('holds idle virtual time back to host time while somebody is attached', async () => {
    const pacer = new HostPacer()
    const leave = pacer.attach()
    expect(await took(() => pacer.idle(ms(0), ms(60)))).toBeGreaterThan(50)
    leave()
    expect(await took(() => pacer.idle(ms(60), ms(LONG_MS)))).toBeLessThan(LONG_MS)
  })

  it('wakes when input arrives', async () => {
    const pacer = new HostPacer()
    pacer.attach()
    setTimeout(() => pacer.wake(), 10)
    expect(await took(() => pacer.idle(ms(0), ms(LONG_MS)))).toBeLessThan(LONG_MS)
  })

  it('wakes when the last one leaves', async () => {
    const pacer = new HostPacer()
    const leave = pacer.attach()
    setTimeout(leave, 10)
    expect(await took(() => pacer.idle(ms(0), ms(LONG_MS)))).toBeLessThan(LONG_MS)
  })

  it('does not let a guest that fell behind rush through its timeouts', async () => {
    let host = 0
    const pacer = new HostPacer(() => host)
    pacer.attach()
    await pacer.idle(ms(0), ms(1))
    host = 10_000 // the host ran 10 s for 5 ms of busy virtual time
    const rushed = pacer.idle(ms(5), ms(LONG_MS)).then(() => 'went on')
    const soon = new Promise((resolve) => setTimeout(() => resolve('still waiting'), 5))
    expect(await Promise.race([rushed, soon])).toBe('still waiting')
    pacer.wake()
    await rushed
  })

  it('holds the guest while the host is behind, until it has caught up or somebody wakes it', async () => {
    let behind = true
    let goes = 0
    const pacer = new HostPacer(undefined, () => behind)
    const breath = () =>
      pacer.breathe(cycles(0)).then(() => {
        goes++
      })
    const held = breath()
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect(goes).toBe(0)
    pacer.wake()
    await held
    const again = breath()
    behind = false
    await again
    expect(goes).toBe(2)
  })
})
