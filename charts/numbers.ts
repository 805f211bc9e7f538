// How numbers are written in tables, on pages and on terminals: one way each, with its unit.

/** `+5.8 %`, `−1,204.0 %`; no sign at zero. */
export function signedPercent(fraction: number, digits = 1): string {
  const text = Math.abs(fraction * 100).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  if (!/[1-9]/.test(text)) return `${text} %`
  return `${fraction > 0 ? '+' : '−'}${text} %`
}

/** `41,203,118`, `−470` */
export function whole(value: number): string {
  return withMinus(Math.round(value).toLocaleString('en-US'))
}

/** Negative numbers have the sign of a minus, not a hyphen. */
function withMinus(text: string): string {
  return text.replace(/^-/, '−')
}

/** Below this, in ms, microseconds read better. */
const MICROSECONDS = 0.1

/** `0.832 ms`, `83.2 µs`: three digits that count. */
export function milliseconds(ms: number): string {
  const small = ms !== 0 && Math.abs(ms) < MICROSECONDS
  return small ? `${significant(ms * 1000)} µs` : `${significant(ms)} ms`
}

/** Three significant digits, without an exponent where people would not write one. */
export function significant(value: number): string {
  if (value === 0) return '0'
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  const digits = Math.min(8, Math.max(0, 2 - magnitude))
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return value < 0 ? `−${text}` : text
}

/** `200 KiB` */
export function bytes(size: number): string {
  const MiB = 1024 * 1024
  return size >= MiB
    ? `${significantShort(size / MiB)} MiB`
    : `${significantShort(size / 1024)} KiB`
}

/** `47 s`, `3 min 5 s` */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** A claim's figure in its unit. */
export function inUnit(value: number, unit: string): string {
  switch (unit) {
    case 'fraction':
      return signedPercent(value, Math.abs(value) < 0.1 ? 2 : 1)
    case 'ms':
      return milliseconds(value)
    case 'share of originals':
      return share(value)
    default:
      return `${significant(value)} ${unit}`
  }
}

/** `100 %` only of all: of less, as many digits as tell it from all. */
function share(value: number): string {
  if (value === 1) return '100 %'
  let digits = SHARE_DIGITS
  while (digits < MOST_DIGITS && Number((value * 100).toFixed(digits)) === 100) digits++
  return `${(value * 100).toFixed(digits)} %`
}

const SHARE_DIGITS = 3
/** The double next below 1 is 99.99999999999999 %. */
const MOST_DIGITS = 14

function significantShort(value: number): string {
  return Number(value.toPrecision(3)).toString()
}
