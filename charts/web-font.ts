// The report's letters: a font cut down to the characters that a report uses, as WOFF. Invariant: what is
// left draws a text as the whole font does, accents and kerning included, so that widths measured with it
// hold.

import subsetFont from 'subset-font'

/** Latin, and the signs that tables and captions use. */
export const REPORT_CHARACTERS = [
  ...Array.from({ length: 0x7e - 0x20 + 1 }, (_, i) => String.fromCharCode(0x20 + i)),
  ...'\u00a0äöüÄÖÜßéèàçñ§°±²³µ·×÷–—‘’“”„…†‡•→←≠≤≥≈−✓№©',
].join('')

/** A WOFF with the glyphs of `characters`; a browser takes those that the font lacks from the next family. */
export async function webFont(font: Uint8Array, characters: string): Promise<Buffer> {
  return await subsetFont(Buffer.from(font), characters, { targetFormat: 'woff', noHinting: true })
}
