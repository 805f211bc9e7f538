// web: httpd under a closed loop of clients in virtual time: `concurrency` clients, each asking again as
// soon as it has its answer. The peer costs the guest nothing, so all cycles are the server's; what is
// measured is the steady state, without the first and last round trip.

import { HttpClient, type Response } from './http-client.ts'
import { demandBody, HTTP_PORT, startServer, type WebFile, webFile } from './web-files.ts'
import { type Guest, type Workload, WorkloadFailure } from './workload.ts'

const KiB = 1024
const CONCURRENCY = 10
/** Responses before the measurement begins, so that all clients are under way in it. */
const WARM_UP = 2 * CONCURRENCY
/** Measured responses; the clients go on asking until the last of them has come. */
const REQUESTS = 100

export default {
  name: 'web',
  about: `${REQUESTS} requests by ${CONCURRENCY} clients in a closed loop, in virtual time`,
  claims: ['thttpd', 'coverage'],
  needs: ['network', 'counters'],
  parameters: {
    bytes: [KiB, 10 * KiB, 100 * KiB],
    keepAlive: [true, false],
  },
  async drive(guest, { bytes, keepAlive }) {
    await startServer(guest)
    const load = startLoad(guest, webFile(bytes), keepAlive)
    await load.until(WARM_UP)
    const began = guest.now()
    await guest.measure('load', () => load.until(WARM_UP + REQUESTS))
    const elapsed = guest.now() - began
    const latencies = load.latencies.slice(WARM_UP, WARM_UP + REQUESTS)
    await load.finish()
    addReadings(guest, latencies, elapsed)
  },
} satisfies Workload<{ bytes: number; keepAlive: boolean }>

interface ClosedLoop {
  /** Cycles that each response took, in order. */
  readonly latencies: readonly number[]
  until(responses: number): Promise<void>
  /** Asks no more, and waits for the answers under way. */
  finish(): Promise<void>
}

function startLoad(guest: Guest, file: WebFile, keepAlive: boolean): ClosedLoop {
  const latencies: number[] = []
  let wrong: unknown
  let asking = CONCURRENCY
  let over = false
  const server = { connect: () => guest.connect(HTTP_PORT), now: () => guest.now() }
  const heard = ({ status, body, latency }: Response): boolean => {
    latencies.push(latency)
    try {
      demandBody(file, status, body)
    } catch (error) {
      wrong = error // thrown below, outside the machine
    }
    const goOn = !over && wrong === undefined
    if (!goOn) asking--
    return goOn
  }
  const clients = Array.from(
    { length: CONCURRENCY },
    () => new HttpClient(server, file.path, keepAlive, heard),
  )
  for (const client of clients) client.start()
  const failed = () => clients.find(({ failure }) => failure !== undefined)?.failure
  const until = async (done: () => boolean): Promise<void> => {
    await guest.runUntil(() => done() || wrong !== undefined || failed() !== undefined)
    if (wrong !== undefined) throw wrong
    const why = failed()
    if (why !== undefined) throw new WorkloadFailure(`GET ${file.path}: ${why}`)
  }
  return {
    latencies,
    until: (responses) => until(() => latencies.length >= responses),
    finish: () => {
      over = true
      return until(() => asking === 0)
    },
  }
}

function addReadings(guest: Guest, latencies: readonly number[], elapsed: number): void {
  const sorted = latencies.toSorted((a, b) => a - b)
  const sum = sorted.reduce((total, latency) => total + latency, 0)
  guest.addReading('load', 'requests', 'count', sorted.length)
  guest.addReading('load', 'latency-mean', 'cycles', Math.round(sum / sorted.length))
  for (const percent of [50, 90, 99, 100]) {
    const metric = percent === 100 ? 'latency-max' : `latency-p${percent}`
    guest.addReading('load', metric, 'cycles', nearestRank(sorted, percent))
  }
  guest.addReading('load', 'throughput', 'requests/s', (sorted.length * guest.hz) / elapsed)
}

/** The smallest value that at least `percent` of all do not exceed. */
function nearestRank(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1]!
}
