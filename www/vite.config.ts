/// <reference types="vitest/config" />
// How the page is built: plain files with relative addresses, so that dist/ works on any file server and under any path.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, defineConfig, type Plugin, type ResolvedConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Reads the policies of a path from the one place that states them, `public/_headers`, as a `<meta>` can say them. */
function contentSecurityPolicy(path: string): string[] {
  const [, ...blocks] = readFileSync(here('public/_headers'), 'utf8').split(/^(?=\/)/m)
  const block = blocks.find((text) => text.startsWith(`${path}\n`)) ?? ''
  const policies = [...block.matchAll(/^ +Content-Security-Policy: (.+)$/gm)].map(([, policy = '']) => policy)
  if (path === '/*' && policies.length === 0) throw new Error('www/public/_headers has no policy under /*')
  // Who may frame a page is told by a header or not at all.
  return policies.map((policy) => policy.replace(/frame-ancestors [^;]*(; |$)/, '')).filter((policy) => policy !== '')
}

/** Puts the policies into the built pages as well, for hosts that cannot send headers. */
function policyMeta(): Plugin {
  return {
    name: 'policy-meta',
    apply: 'build',
    transformIndexHtml: (_, { path }) =>
      ['/*', path].flatMap(contentSecurityPolicy).map((content) => ({
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content },
        injectTo: 'head-prepend' as const,
      })),
  }
}

/**
 * What takes longest begins first: the core's worker and module, before the page's script and style. Browsers open six
 * connections to a host, so what is named late may wait for one.
 */
function startCore(): Plugin {
  return {
    name: 'start-core',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (html, { bundle, path }) => {
        // An embed sleeps until it is wanted.
        if (path !== '/index.html') return html
        const files = Object.values(bundle ?? {})
        const script = files.find((file) => file.type === 'chunk' && file.facadeModuleId?.endsWith(SPAWN))
        const core = files.find((file) => file.fileName.endsWith('.wasm'))
        if (!script || !core) throw new Error(`the build has no chunk of ${SPAWN}, or no module`)
        const tags = [
          // Without `async` it would wait for the style; with it, browsers take it for unimportant.
          `<script type="module" async crossorigin fetchpriority="high" src="./${script.fileName}"></script>`,
          `<link rel="preload" href="./${core.fileName}" as="fetch" type="application/wasm" crossorigin>`,
        ]
        const first = /^ *<script type="module"/m
        if (!first.test(html)) throw new Error(`${path} has no script of its own`)
        return html.replace(first, (own) => `${tags.map((tag) => `    ${tag}\n`).join('')}${own}`)
      },
    },
  }
}

const SPAWN = 'src/worker/spawn.ts'

/** What the scenarios are called in a language, by id. */
function titlesOf(language: string): Record<string, string> {
  const folder = here(`locales/${language}/scenarios`)
  const title = (file: string) => (JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { title: string }).title
  return Object.fromEntries(readdirSync(folder).map((file) => [file.replace('.json', ''), title(file)]))
}

/** `virtual:titles/LANGUAGE`: what the scenarios are called, for lists that are there before any scenario's texts. */
function titles(): Plugin {
  const head = '\0virtual:titles/'
  return {
    name: 'titles',
    resolveId: (id) => (id.startsWith(head.slice(1)) ? `\0${id}` : null),
    load: (id) => {
      if (!id.startsWith(head)) return null
      const titles = Object.entries(titlesOf(id.slice(head.length))).map(([id, title]) => [`${id}/title`, title])
      return `export default ${JSON.stringify(Object.fromEntries(titles))}`
    },
  }
}

/** `virtual:texts/WHAT`: the texts `WHAT.…` of both languages, for scripts that are there before a locale is. */
function fewTexts(): Plugin {
  const head = '\0virtual:texts/'
  const read = (path: string) => JSON.parse(readFileSync(here(`locales/${path}`), 'utf8')) as Record<string, string>
  const texts = (locale: string, what: string) =>
    Object.fromEntries([
      ...Object.entries(read(`${locale}/page.json`)).filter(([key]) => key.startsWith(`${what}.`)),
      ...(what === 'embed' ? Object.entries(titlesOf(locale)) : []),
    ])
  return {
    name: 'few-texts',
    resolveId: (id) => (id.startsWith(head.slice(1)) ? `\0${id}` : null),
    load: (id) => {
      if (!id.startsWith(head)) return null
      const what = id.slice(head.length)
      return `export default ${JSON.stringify({ en: texts('en', what), ja: texts('ja', what) })}`
    },
  }
}

/**
 * Two scripts whose names never change: what other sites name, and the service worker, which comes last because it lists
 * all files. Each is built by itself, so that none needs a file whose name does change.
 */
function standAlone(): Plugin {
  let config: ResolvedConfig
  const script = (name: string, file: string, define: Record<string, string>) =>
    build({
      configFile: false,
      root: config.root,
      base: './',
      logLevel: 'warn',
      publicDir: false,
      define,
      plugins: [fewTexts()],
      build: {
        target: 'es2022',
        emptyOutDir: false,
        modulePreload: { polyfill: false },
        rolldownOptions: { input: { [name]: here(file) }, output: { entryFileNames: '[name].js' } },
      },
    })
  return {
    name: 'stand-alone',
    apply: 'build',
    configResolved(resolved) {
      config = resolved
    },
    async closeBundle() {
      await script('heart-race', 'src/embed/element.ts', {})
      const files = listed(here(config.build.outDir))
      const text = JSON.stringify(files)
      const worker = readFileSync(here(WORKER))
      const version = createHash('sha256').update(text).update(worker).digest('hex').slice(0, 16)
      await script('service-worker', WORKER, { FILES: text, VERSION: JSON.stringify(version) })
    },
  }
}

const WORKER = 'src/offline/service_worker.ts'

/** Every file of the built site that a browser may ask for, with the hash of its content as browsers check it. */
function listed(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, `${entry.parentPath}/${entry.name}`))
    .filter((file) => file !== '_headers' && file !== 'service-worker.js' && !/\.(br|gz)$/.test(file))
    .sort()
  const hash = (file: string) =>
    createHash('sha256')
      .update(readFileSync(`${folder}/${file}`))
      .digest('base64')
  return Object.fromEntries(files.map((file) => [file, `sha256-${hash(file)}`]))
}

/** Ships the Rust files that the page shows, under a name that carries their hash: the very files that were compiled. */
function rustSources(): Plugin {
  const shown = ['patterns', 'scenarios', 'runtime'].flatMap((folder) =>
    readdirSync(here(`../src/${folder}`), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.rs'))
      .map((file) => `src/${folder}/${file}`),
  )
  const content = createHash('sha256')
  for (const file of shown) content.update(`${file}\0`).update(readFileSync(here(`../${file}`)))
  const folder = `assets/source-${content.digest('hex').slice(0, 8)}`
  return {
    name: 'rust-sources',
    resolveId: (id) => (id === 'virtual:sources' ? `\0${id}` : null),
    load: (id) => (id === '\0virtual:sources' ? `export default ${JSON.stringify(folder)}` : null),
    generateBundle() {
      for (const file of shown) {
        this.emitFile({ type: 'asset', fileName: `${folder}/${file}`, source: readFileSync(here(`../${file}`)) })
      }
    },
    configureServer(server) {
      server.middlewares.use(`/${folder}/`, (request, response, next) => {
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

/** What the page has and later scripts use too. */
const SHARED =
  /src\/(timeline\/(?!twin|divergence)|state\/(slider|edit)|app\/(fields|summary|words|claims)|text\/(core|duration)|worker\/core)[^?]*\.tsx?$/

export default defineConfig({
  base: './',
  plugins: [startCore(), policyMeta(), rustSources(), titles(), fewTexts(), standAlone()],
  resolve: { alias: { heartrace: here('../pkg/heartrace.js') } },
  build: {
    target: 'es2022',
    // No data: addresses: the policy allows only files of this site.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: ['index.html', 'embed.html', SPAWN].map(here),
      output: {
        chunkFileNames: ({ facadeModuleId }) => `assets/${languageOf(facadeModuleId)}[name]-[hash].js`,
        // Small files that later scripts share with the page would each be a script of its own, and weigh more.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [{ name: 'shared', test: SHARED }],
        },
      },
      // How long parts of a build of a few seconds take is of no interest to whoever wants the page.
      checks: { pluginTimings: false },
    },
  },
  worker: { format: 'es' },
  // The Rust sources that the page shows lie above this folder.
  server: { fs: { allow: [here('..')] } },
  // A busy machine is no failure.
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/seed.ts'],
    passWithNoTests: false,
    testTimeout: 0,
  },
})
