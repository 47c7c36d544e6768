/**
 * What a visitor downloads, held to `budget.json`. `node budget.mjs` weighs the built site, prints the table and fails if a
 * part is over its limit; `node budget.mjs compress` leaves `.br` and `.gz` beside each file, for servers that send those.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, gzipSync, constants as zlib } from 'node:zlib'

const here = (path) => new URL(path, import.meta.url)
/** What is not compressed in itself. */
const COMPRESSIBLE = /\.(css|html|js|json|rs|svg|wasm|webmanifest)$/
/** Files below this size are sent as they are. */
const SMALLEST = 200

const site = readdirSync(here('dist/'), { recursive: true, encoding: 'utf8' })
  .filter((file) => COMPRESSIBLE.test(file))
  .sort()

if (process.argv[2] === 'compress') compress()
else weigh()

function compress() {
  for (const file of site) {
    const content = readFileSync(here(`dist/${file}`))
    if (content.length < SMALLEST) continue
    const params = { [zlib.BROTLI_PARAM_QUALITY]: 11, [zlib.BROTLI_PARAM_SIZE_HINT]: content.length }
    writeFileSync(here(`dist/${file}.br`), brotliCompressSync(content, { params }))
    writeFileSync(here(`dist/${file}.gz`), gzipSync(content, { level: 9 }))
  }
}

function weigh() {
  const { parts } = JSON.parse(readFileSync(here('budget.json'), 'utf8'))
  const rows = parts.map((part) => {
    const files = part.files.flatMap(matching)
    return { ...part, files, weight: sum(files) }
  })
  const counted = new Set(rows.flatMap(({ files }) => files))
  const rest = site.filter((file) => !counted.has(file))
  print(['asked', 'limit', 'brotli', 'gzip', 'plain'], 'kB')
  for (const { what, asked, limit, weight } of rows) print([asked, limit, ...weight], what)
  print(['', '', ...sum(rest)], 'everything else: fetched when wanted')
  const over = rows.filter(({ limit, weight }) => weight[0] > limit)
  for (const { what, files, limit, weight } of over) {
    console.error(
      `\n${what}: ${shown(weight[0])} kB in brotli, ${shown(weight[0] - limit)} kB over its limit in www/budget.json`,
    )
    const heaviest = files.map((file) => [file, sum([file])]).sort(([, a], [, b]) => b[0] - a[0])
    for (const [file, weight] of heaviest) print(['', '', ...weight], file, console.error)
  }
  if (over.length > 0) process.exitCode = 1
}

/**
 * The files of a pattern in which `*` stands for a part of a name; after `PAGE > ` only those that the page names. A pattern
 * that fits none is an error: it would hold nothing to the budget.
 */
function matching(text) {
  const [pattern, page] = text.split(' > ').reverse()
  const named = page ? readFileSync(here(`dist/${page}`), 'utf8') : null
  const parts = pattern.split('*').map((part) => part.replaceAll('.', '\\.'))
  const fits = new RegExp(`^${parts.join('[^/]*')}$`)
  const files = site.filter((file) => fits.test(file) && (named?.includes(`"./${file}"`) ?? true))
  if (files.length === 0) throw new Error(`www/budget.json: no file of the built site is called ${text}`)
  return files
}

/** Kilobytes in brotli, in gzip and as they are. */
function sum(files) {
  const size = (name) => statSync(here(`dist/${name}`), { throwIfNoEntry: false })?.size
  return ['.br', '.gz', ''].map((kind) =>
    files.reduce((all, file) => all + (size(file + kind) ?? size(file) ?? 0) / 1000, 0),
  )
}

function shown(value) {
  return typeof value === 'number' ? value.toFixed(1) : (value ?? '')
}

function print(numbers, name, write = console.log) {
  write(`${numbers.map((value) => shown(value).padStart(9)).join('')}  ${name}`)
}
