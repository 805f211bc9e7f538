// What tests compare of memory: short digests, by page. Bytes themselves would be compared one by one, and to show
// how a megabyte of them differs takes vitest minutes.

import { hash } from 'node:crypto'

const PAGE_BYTES = 4096
const ZEROS = new Uint8Array(PAGE_BYTES)

export const digestOf = (bytes: Uint8Array): string => hash('sha1', bytes)

/** The digest of each page that is not zero, by where it begins. */
export function pagesOf(bytes: Uint8Array): Readonly<Record<string, string>> {
  const pages: Record<string, string> = {}
  for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
    const page = bytes.subarray(at, at + PAGE_BYTES)
    if (Buffer.compare(page, ZEROS) !== 0) pages[`0x${at.toString(16)}`] = digestOf(page)
  }
  return pages
}
