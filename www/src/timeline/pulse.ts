/** The signature: a heartbeat as the P-QRS-T shape on a line that is flat in silence. */

/** The beat around its moment at x = 0: offsets in beat widths, heights in beat heights (up is positive). */
const BEAT: [dx: number, dy: number][] = [
  [-0.5, 0],
  [-0.4, 0.13],
  [-0.28, 0.13],
  [-0.2, 0],
  [-0.1, 0],
  [-0.06, -0.16],
  [0, 1],
  [0.07, -0.34],
  [0.12, 0],
  [0.24, 0],
  [0.34, 0.22],
  [0.44, 0.22],
  [0.55, 0],
]

/** Px before and after its moment that a whole beat takes, as shares of the width. */
const BEFORE = 0.5
const AFTER = 0.55

/** Polyline `x, y, x, y …` from `x0` to `x1` at height `base`, with beats at `moments` (ascending px). */
export function pulseLine(
  x0: number,
  x1: number,
  base: number,
  moments: number[],
  beatWidth: number,
  beatHeight: number,
): number[] {
  const line = [x0, base]
  moments.forEach((x, i) => {
    // Beats that come closer than their width are squeezed, so that none hides another.
    const left = x - Math.max(moments[i - 1] ?? Number.NEGATIVE_INFINITY, x0 - beatWidth)
    const right = Math.min(moments[i + 1] ?? Number.POSITIVE_INFINITY, x1 + beatWidth) - x
    const scale = Math.min(beatWidth, left / (BEFORE + AFTER), right / (BEFORE + AFTER))
    const width = Math.max(scale, 2)
    for (const [dx, dy] of BEAT) {
      const at = x + dx * width
      if (at >= x0 && at <= x1) line.push(at, base - dy * beatHeight)
    }
  })
  line.push(x1, base)
  return line
}
