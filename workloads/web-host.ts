// web-host: httpd driven by autocannon on the host, through the loopback bridge. Host figures are
// host-ms and requests/s; the guest's are live-cycles, since what a host did cannot be repeated.

import { once } from 'node:events'
import type { Result } from 'autocannon'
import { demandBody, HTTP_PORT, startServer, webFile } from './web-files.ts'
import { type Workload, WorkloadFailure } from './workload.ts'

const KiB = 1024
const CONCURRENCY = 10
const REQUESTS = 300

export default {
  name: 'web-host',
  about: `${REQUESTS} requests by autocannon on the host, ${CONCURRENCY} connections`,
  needs: ['network', 'counters'],
  live: true,
  parameters: { bytes: [10 * KiB] },
  async drive(guest, { bytes }) {
    const file = webFile(bytes)
    await startServer(guest)
    const url = `http://127.0.0.1:${await guest.expose(HTTP_PORT)}${file.path}`
    // autocannon keeps bodies as text cut anywhere, so the bytes are checked by one fetch before.
    const answer = await guest.runDuring(fetchWhole(url))
    demandBody(file, answer.status, answer.body)
    let seen: Seen | undefined
    await guest.measure('load', async () => {
      seen = await guest.runDuring(fire(url))
    })
    const { latencies, elapsedMs } = seen!
    const sorted = latencies.toSorted((a, b) => a - b)
    guest.addReading('load', 'requests', 'count', sorted.length)
    guest.addReading('load', 'duration', 'host-ms', elapsedMs)
    guest.addReading('load', 'throughput', 'requests/s', (sorted.length * 1000) / elapsedMs)
    for (const percent of [50, 90, 99]) {
      const value = sorted[Math.ceil((percent / 100) * sorted.length) - 1]!
      guest.addReading('load', `latency-p${percent}`, 'host-ms', value)
    }
  },
} satisfies Workload<{ bytes: number }>

async function fetchWhole(url: string): Promise<{ status: number; body: Uint8Array }> {
  const response = await fetch(url, { headers: { connection: 'close' } })
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) }
}

interface Seen {
  /** Host milliseconds of each response, in order of arrival. */
  readonly latencies: readonly number[]
  /**
   * Host milliseconds from the first request to the last response; autocannon's own duration ends on a tick
   * of 1 s.
   */
  readonly elapsedMs: number
}

async function fire(url: string): Promise<Seen> {
  // Loaded here: a verb that only names this workload should not wait for it.
  const { default: autocannon } = await import('autocannon')
  const latencies: number[] = []
  const sizes = new Set<number>()
  const began = performance.now()
  let last = began
  const tool = autocannon({ url, connections: CONCURRENCY, amount: REQUESTS }, () => {})
  tool.on('response', (_client, _status, bytes, ms) => {
    latencies.push(ms)
    sizes.add(bytes)
    last = performance.now()
  })
  const [result] = (await once(tool, 'done')) as [Result]
  demandWhole(result, latencies.length, sizes)
  return { latencies, elapsedMs: last - began }
}

/** autocannon resolves whatever happened: refused connections and resets must be looked for. */
function demandWhole(result: Result, responses: number, sizes: Set<number>): void {
  const { errors, timeouts, non2xx } = result
  const good = result['2xx']
  const clean = errors + timeouts + non2xx === 0 && sizes.size === 1
  if (clean && good === REQUESTS && responses === REQUESTS) return
  throw new WorkloadFailure(
    `expected ${REQUESTS} good answers of one length, got ${good} of ${sizes.size} lengths; ` +
      `${errors} errors, ${timeouts} timeouts, ${non2xx} other statuses`,
  )
}
