// web: httpd under a closed loop of clients in virtual time: `concurrency` clients, each asking again as
// soon as it has its answer. The peer costs the guest nothing, so all cycles are the server's.

import { HttpClient } from './http-client.ts'
import { demandBody, HTTP_PORT, startServer, webFile } from './web-files.ts'
import { type Guest, type Workload, WorkloadFailure } from './workload.ts'

const KiB = 1024
const CONCURRENCY = 10
/** Measured requests of a cell; the first ones of each client, which warm up, come on top. */
const REQUESTS = 100

export default {
  name: 'web',
  about: `${REQUESTS} requests by ${CONCURRENCY} clients in a closed loop, in virtual time`,
  figure: 'the web server is less than 5 % slower',
  needs: ['network', 'counters'],
  parameters: {
    bytes: [KiB, 10 * KiB, 100 * KiB],
    keepAlive: [true, false],
  },
  async drive(guest, { bytes, keepAlive }) {
    await startServer(guest)
    await load(guest, bytes, keepAlive, CONCURRENCY)
    let latencies: number[] = []
    const began = guest.now()
    await guest.measure('load', async () => {
      latencies = await load(guest, bytes, keepAlive, REQUESTS)
    })
    record(guest, latencies, guest.now() - began)
  },
} satisfies Workload<{ bytes: number; keepAlive: boolean }>

/** Runs `requests` requests and returns their latencies in order of completion. */
async function load(
  guest: Guest,
  bytes: number,
  keepAlive: boolean,
  requests: number,
): Promise<number[]> {
  const file = webFile(bytes)
  const latencies: number[] = []
  let asked = CONCURRENCY
  let wrong: unknown
  const server = { connect: () => guest.connect(HTTP_PORT), now: () => guest.now() }
  const clients = Array.from(
    { length: CONCURRENCY },
    () =>
      new HttpClient(server, file.path, keepAlive, ({ status, body, latency }) => {
        latencies.push(latency)
        try {
          demandBody(file, status, body)
        } catch (error) {
          wrong = error // thrown below, outside the machine
        }
        return wrong === undefined && asked++ < requests
      }),
  )
  for (const client of clients) client.start()
  const failed = () => clients.find(({ failure }) => failure !== undefined)
  await guest.runUntil(() => latencies.length >= requests || wrong !== undefined || !!failed())
  if (wrong !== undefined) throw wrong
  const { failure } = failed() ?? {}
  if (failure !== undefined) throw new WorkloadFailure(`GET ${file.path}: ${failure}`)
  return latencies
}

function record(guest: Guest, latencies: readonly number[], elapsed: number): void {
  const sorted = latencies.toSorted((a, b) => a - b)
  const sum = sorted.reduce((total, latency) => total + latency, 0)
  guest.record('load', 'requests', 'count', sorted.length)
  guest.record('load', 'latency-mean', 'cycles', Math.round(sum / sorted.length))
  for (const percent of [50, 90, 99, 100]) {
    const metric = percent === 100 ? 'latency-max' : `latency-p${percent}`
    guest.record('load', metric, 'cycles', nearestRank(sorted, percent))
  }
  guest.record('load', 'throughput', 'requests/s', (sorted.length * guest.hz) / elapsed)
}

/** The smallest value that at least `percent` of all do not exceed. */
function nearestRank(sorted: readonly number[], percent: number): number {
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1]!
}
