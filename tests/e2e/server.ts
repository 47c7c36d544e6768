/** A file server of a test's own: one that can be switched off, change its files, or be another origin. */
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

/** A server on a port of its own. */
export interface TestServer {
  /** Ends in a slash. */
  url: string
  /** What is asked for, in order. */
  asked: string[]
  /** Nobody answers any more; then somebody does again, at the same address. */
  off(): Promise<void>
  on(): Promise<void>
}

/** Answers with what `find` gives for a path (without its first slash); null is a 404. */
export async function serve(
  find: (path: string) => { body: Buffer | string; headers?: Record<string, string> } | null,
): Promise<TestServer> {
  const asked: string[] = []
  let port = 0
  let server: Server
  const start = () =>
    new Promise<void>((resolve) => {
      server = createServer((request, response) => {
        const path = decodeURIComponent((request.url ?? '/').split('?')[0] ?? '').slice(1)
        asked.push(path)
        const found = find(path)
        const type = TYPES[extname(path)] ?? (path === '' || path.endsWith('/') ? TYPES['.html'] : 'text/plain')
        response.writeHead(found ? 200 : 404, { 'content-type': type, ...found?.headers })
        response.end(found?.body ?? 'no such file')
      })
      server.listen(port, '127.0.0.1', resolve)
    })
  await start()
  port = (server!.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    on: start,
    off: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** A file of the built site, or null. */
export function built(path: string): Buffer | null {
  try {
    return readFileSync(join(__dirname, '../../www/dist', path))
  } catch {
    return null
  }
}

/** The headers that `_headers` states for a path of the site. Rules that match add theirs. */
export function headersOf(path: string): Record<string, string> {
  const headers: Record<string, string> = {}
  let matches = false
  for (const line of (built('_headers') ?? '').toString().split('\n')) {
    if (line.startsWith('/')) {
      const rule = line.trim()
      matches = rule.endsWith('*') ? `/${path}`.startsWith(rule.slice(0, -1)) : `/${path}` === rule
    }
    const [, name = '', value = ''] = /^ +([\w-]+): (.+)$/.exec(line) ?? []
    const before = headers[name.toLowerCase()]
    if (matches && name) headers[name.toLowerCase()] = before ? `${before}, ${value}` : value
  }
  return headers
}
