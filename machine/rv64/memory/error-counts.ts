// What is counted of memory errors, by name.

/** What may read a word that is poison. */
export const CONSUMERS = ['load', 'fetch', 'walk', 'atomic', 'dma'] as const
export type Consumer = (typeof CONSUMERS)[number]

/**
 * Errors injected; flips turned back, words found lost, words that the code let pass or made worse, words
 * made new by writing over them; and reads of poison, by consumer.
 */
export const ERROR_COUNTS = [
  'injected',
  'corrected',
  'uncorrectable',
  'escaped',
  'overwritten',
  ...CONSUMERS,
] as const
export type ErrorCount = (typeof ERROR_COUNTS)[number]

export const noErrors = (): Record<ErrorCount, number> =>
  Object.fromEntries(ERROR_COUNTS.map((name) => [name, 0])) as Record<ErrorCount, number>
