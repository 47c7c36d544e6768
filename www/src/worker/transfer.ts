/** What is large crosses from a worker to the page without a copy. */

/** The buffers in plain data, wherever they are. */
export function buffersOf(data: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (ArrayBuffer.isView(data)) found.add(data.buffer as ArrayBuffer)
  else if (data instanceof Map) for (const one of data.values()) buffersOf(one, found)
  else if (typeof data === 'object' && data !== null) for (const one of Object.values(data)) buffersOf(one, found)
  return [...found]
}
