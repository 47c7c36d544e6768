/** Durations as people read them (exact, `1.95 s`) and as links write them (`1.95s`). Nanoseconds throughout. */

const UNITS: [name: string, ns: number][] = [
  ['h', 3_600e9],
  ['m', 60e9],
  ['s', 1e9],
  ['ms', 1e6],
  ['us', 1e3],
  ['ns', 1],
]

const SHOWN: Record<string, string> = { us: 'µs', m: 'min' }

/** A decimal with at most nine places, without trailing zeros and without the noise of binary fractions. */
function decimal(value: number, places = 9): string {
  const text = value.toFixed(places)
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
}

/** An exact duration in the largest of s, ms, µs, ns that keeps a digit before the point: `1.95 s`, `250 ms`. */
export function showDuration(ns: number): string {
  const size = Math.abs(ns)
  const [unit, scale] = size >= 1e9 || size === 0 ? UNITS[2]! : (UNITS.slice(3).find(([, s]) => size >= s) ?? UNITS[5]!)
  const places = Math.round(Math.log10(scale))
  return `${decimal(ns / scale, places)}\u202f${SHOWN[unit] ?? unit}`
}

/** A point in time with a fixed number of places, for readouts that must not jump: `1.950 s`. */
export function showTime(ns: number, places = 3): string {
  return `${(ns / 1e9).toFixed(places)}\u202fs`
}

/** A rounded duration with three significant digits, for measured things: `12.3 ms`. */
export function roughDuration(ns: number): string {
  if (ns === 0) return showDuration(0)
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(ns))) - 2)
  return showDuration(Math.round(ns / unit) * unit)
}

/** A time as short as it can be read on: to the millisecond, and below one second to three digits. */
export function aboutTime(ns: number): string {
  return Math.abs(ns) >= 1e9 ? showDuration(Math.round(ns / 1e6) * 1e6) : roughDuration(ns)
}

/** Reads a link's duration; null when the text is no duration. The core checks ranges. */
export function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d{1,9})?)(ns|us|ms|s|m|h)$/.exec(text.trim())
  if (!match) return null
  const unit = UNITS.find(([name]) => name === match[2])
  return unit ? Math.round(Number(match[1]) * unit[1]) : null
}

/** Writes a duration for a link, in the largest unit that keeps a digit before the point and stays exact. */
export function writeDuration(ns: number): string {
  const whole = Math.max(0, Math.round(ns))
  if (whole === 0) return '0s'
  for (const [unit, scale] of UNITS.slice(2)) {
    if (whole >= scale) return `${decimal(whole / scale, Math.round(Math.log10(scale)))}${unit}`
  }
  return `${whole}ns`
}
