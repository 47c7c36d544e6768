/** A canvas over the whole plot, as sharp as the screen. */

/** One sheet; the later one lies on top. */
export interface Sheet {
  /** Its context as it is, for measuring. */
  plain: CanvasRenderingContext2D | null
  /** Its context for a plot of this size, px, with nothing on it. */
  cleared(width: number, height: number): CanvasRenderingContext2D | null
  remove(): void
}

/** Lays a sheet on `host`; it carries no meaning of its own. */
export function createSheet(host: HTMLElement): Sheet {
  const element = host.ownerDocument.createElement('canvas')
  element.setAttribute('aria-hidden', 'true')
  host.append(element)
  const c = element.getContext('2d')
  return {
    plain: c,
    cleared(width, height) {
      const ratio = host.ownerDocument.defaultView?.devicePixelRatio || 1
      const size = [Math.round(width * ratio), Math.round(height * ratio)] as const
      if (element.width !== size[0] || element.height !== size[1]) {
        element.width = size[0]
        element.height = size[1]
        element.style.width = `${width}px`
        element.style.height = `${height}px`
      }
      c?.setTransform(ratio, 0, 0, ratio, 0, 0)
      c?.clearRect(0, 0, width, height)
      return c
    },
    remove: () => element.remove(),
  }
}
