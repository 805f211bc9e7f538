// Micro: one operation of the kernel, many times. The guest's `micro` program brackets each iteration
// with marks; tinybench holds the samples in virtual time and computes the statistics. Invariant: the
// rows keep the order of the iterations (tinybench gives samples back sorted).

import { Bench } from 'tinybench'
import { addRegionCost, type RegionCost, type RegionName, regionCosts } from '../region.ts'
import { type Guest, type Workload, WorkloadFailure } from '../workload.ts'

/** Enough for a p99 that is not the maximum; all iterations of a cell together take milliseconds. */
const ITERATIONS = 128

export function micro(region: RegionName, about: string): Workload {
  return {
    name: `micro/${region}`,
    about,
    needs: ['marks', 'counters'],
    drive: (guest) => drive(guest, region),
  }
}

async function drive(guest: Guest, region: RegionName): Promise<void> {
  guest.takeMarks()
  const said = await guest.command(`micro ${region} ${ITERATIONS}`)
  const samples = regionCosts(guest.takeMarks(), region)
  if (samples.length !== ITERATIONS) {
    throw new WorkloadFailure(
      `micro ${region}: expected ${ITERATIONS} iterations, got ${samples.length}; it said "${said.trim()}"`,
    )
  }
  for (const sample of samples) addRegionCost(guest, region, sample)
  for (const [metric, value] of Object.entries(statistics(region, samples))) {
    guest.addReading(region, metric, 'cycles', Math.round(value))
  }
}

/** tinybench's view of the samples. Its unit is named ms; here each of them is one cycle. */
export function statistics(name: string, samples: readonly RegionCost[]): Record<string, number> {
  let next = 0
  const bench = new Bench({ iterations: samples.length, time: 0, warmup: false })
  const sample = () => ({ overriddenDuration: samples[next++]?.wall ?? Number.NaN })
  bench.add(name, sample, { async: false })
  const [task] = bench.runSync()
  const result = task?.result
  if (result === undefined || !('latency' in result) || next !== samples.length) {
    throw new Error(`tinybench took ${next} of ${samples.length} samples of ${name}`)
  }
  const { mean, p50, p99 } = result.latency
  return { 'wall-mean': mean, 'wall-p50': p50, 'wall-p99': p99 }
}
