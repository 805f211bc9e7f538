// Saved state as bytes: JSON, with byte arrays behind it. Invariant: decodeState(encodeState(x))
// equals x; equal states have equal bytes.

import type { SavedState, SavedValue } from '../saved/saved-state.ts'

/** What stands for a byte array: offset and length behind the JSON. */
const BYTES = '$bytes'

export function encodeState(state: SavedState): Uint8Array {
  const blobs: Uint8Array[] = []
  let length = 0
  const text = JSON.stringify(state, (_, value: SavedValue) => {
    if (!(value instanceof Uint8Array)) return value
    blobs.push(value)
    length += value.length
    return { [BYTES]: [length - value.length, value.length] }
  })
  const json = new TextEncoder().encode(text)
  const bytes = new Uint8Array(4 + json.length + length)
  new DataView(bytes.buffer).setUint32(0, json.length, true)
  bytes.set(json, 4)
  let at = 4 + json.length
  for (const blob of blobs) {
    bytes.set(blob, at)
    at += blob.length
  }
  return bytes
}

export function decodeState(bytes: Uint8Array): SavedState {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const json = view.getUint32(0, true)
  const blobs = 4 + json
  const text = new TextDecoder().decode(bytes.subarray(4, blobs))
  return JSON.parse(text, (_, value: SavedValue) => {
    const place = isObject(value) ? value[BYTES] : undefined
    if (!Array.isArray(place)) return value
    const [offset, length] = place as [number, number]
    return bytes.slice(blobs + offset, blobs + offset + length)
  }) as SavedState
}

const isObject = (value: SavedValue): value is SavedState =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
