/// <reference types="vitest/config" />
// How the page is built: plain files with relative addresses, so that dist/ works on any file server and under any path.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Reads the policy from the one place that states it, `public/_headers`: the `Content-Security-Policy` of every path. */
function contentSecurityPolicy(): string {
  const everywhere = readFileSync(here('public/_headers'), 'utf8').split(/^\/\*$/m)[1] ?? ''
  const policy = /^ +Content-Security-Policy: (.+)$/m.exec(everywhere)?.[1]
  if (!policy) throw new Error('www/public/_headers has no Content-Security-Policy under /*')
  return policy
}

/** Puts the policy into the built pages as well, for hosts that cannot send headers. */
function policyMeta(): Plugin {
  return {
    name: 'policy-meta',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy() },
        injectTo: 'head-prepend',
      },
    ],
  }
}

/** What takes longest begins first: the core's worker and module, while the page's script and style are on their way. */
function startCore(): Plugin {
  return {
    name: 'start-core',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle }) => {
        const files = Object.values(bundle ?? {})
        const script = files.find((file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(SPAWN))
        const core = files.find((file) => file.fileName.endsWith('.wasm'))
        if (!script || !core) throw new Error(`the build has no chunk of ${SPAWN}, or no module`)
        const link = { rel: 'preload', href: `./${core.fileName}`, as: 'fetch', type: 'application/wasm' }
        return [
          // Without `async` it would wait for the style.
          {
            tag: 'script',
            attrs: { type: 'module', async: true, crossorigin: true, src: `./${script.fileName}` },
            injectTo: 'head' as const,
          },
          { tag: 'link', attrs: { ...link, crossorigin: true }, injectTo: 'head' },
        ]
      },
    },
  }
}

const SPAWN = 'src/worker/spawn.ts'

/** `virtual:titles/LANGUAGE`: what the scenarios are called, for lists that are there before any scenario's texts. */
function titles(): Plugin {
  const head = '\0virtual:titles/'
  return {
    name: 'titles',
    resolveId: (id) => (id.startsWith(head.slice(1)) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(head)) return null
      const folder = here(`locales/${id.slice(head.length)}/scenarios`)
      const texts = readdirSync(folder).map((file) => {
        this.addWatchFile(`${folder}/${file}`)
        const { title } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { title: string }
        return [`${file.replace('.json', '')}/title`, title]
      })
      return `export default ${JSON.stringify(Object.fromEntries(texts))}`
    },
  }
}

/** Ships the Rust files that the page shows, under `source/`: the very files that were compiled. */
function rustSources(): Plugin {
  const shown = ['patterns', 'scenarios', 'runtime'].flatMap((folder) =>
    readdirSync(here(`../src/${folder}`), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.rs'))
      .map((file) => `src/${folder}/${file}`),
  )
  return {
    name: 'rust-sources',
    generateBundle() {
      for (const file of shown) {
        this.emitFile({ type: 'asset', fileName: `source/${file}`, source: readFileSync(here(`../${file}`)) })
      }
    },
    configureServer(server) {
      server.middlewares.use('/source/', (request, response, next) => {
        const file = decodeURIComponent(request.url ?? '').slice(1)
        if (!shown.includes(file)) return next()
        response.setHeader('content-type', 'text/plain; charset=utf-8')
        response.end(readFileSync(here(`../${file}`)))
      })
    },
  }
}

/** Both languages have files of the same names: the start of what they are called in the site. */
function languageOf(path: string | null): string {
  const [, language] = /locales\/(\w+)\/scenarios\//.exec(path ?? '') ?? []
  return language ? `${language}.` : ''
}

export default defineConfig({
  base: './',
  plugins: [startCore(), policyMeta(), titles(), rustSources()],
  resolve: { alias: { heartrace: here('../pkg/heartrace.js') } },
  build: {
    target: 'es2022',
    // No data: addresses: the policy allows only files of this site.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'embed.html', SPAWN].map(here).filter(existsSync),
      output: { chunkFileNames: ({ facadeModuleId }) => `assets/${languageOf(facadeModuleId)}[name]-[hash].js` },
    },
  },
  worker: { format: 'es' },
  // The Rust sources that the page shows lie above this folder.
  server: { fs: { allow: [here('..')] } },
  test: { include: ['tests/**/*.test.{ts,tsx}'], passWithNoTests: false },
})
