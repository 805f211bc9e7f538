// Bytes are compared as memory: vitest would walk them one by one, megabytes of guest RAM in many tests.

import { expect } from 'vitest'

expect.addEqualityTesters([
  (a: unknown, b: unknown): boolean | undefined =>
    isBytes(a) && isBytes(b) ? Buffer.compare(a, b) === 0 : undefined,
])

/** Not a Buffer: of those vitest demands that the other is one, too. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.constructor === Uint8Array
}
