// Builds ../static/vendor from the packages of package.json: styles, script, fonts, licences, hashes.
// Run `npm ci --ignore-scripts && npm run build` here after changing a version or a *.scss file.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { compile } from 'sass'

const to = new URL('../static/vendor/', import.meta.url)
const from = new URL('./node_modules/', import.meta.url)
const fonts = '@fontsource-variable/atkinson-hyperlegible-next'

const copies = {
  [`${fonts}/files/atkinson-hyperlegible-next-latin-wght-normal.woff2`]: 'fonts/latin.woff2',
  [`${fonts}/files/atkinson-hyperlegible-next-latin-wght-italic.woff2`]: 'fonts/latin-italic.woff2',
  [`${fonts}/files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2`]: 'fonts/latin-ext.woff2',
  [`${fonts}/LICENSE`]: 'licences/fonts.txt',
  'htmx.org/dist/htmx.min.js': 'htmx.js',
  'htmx.org/LICENSE': 'licences/htmx.txt',
}

rmSync(to, { recursive: true, force: true })
mkdirSync(new URL('fonts/', to), { recursive: true })
mkdirSync(new URL('licences/', to), { recursive: true })
for (const [source, target] of Object.entries(copies)) cpSync(new URL(source, from), new URL(target, to))
cpSync(new URL('./licences/', import.meta.url), new URL('licences/', to), { recursive: true })

for (const [source, target] of [['staff.scss', 'tabler.css'], ['member.scss', 'govuk.css']]) {
  const { css } = compile(new URL(source, import.meta.url).pathname, {
    style: 'compressed',
    loadPaths: [from.pathname],
    quietDeps: true,
  })
  writeFileSync(new URL(target, to), css.replace(/\n*$/, '\n'))
}

const files = readdirSync(to, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/\/+/g, '/').slice(to.pathname.length))
  .sort()
const hash = (file) => createHash('sha256').update(readFileSync(new URL(file, to))).digest('hex')
writeFileSync(new URL('hashes.txt', to), files.map((file) => `${hash(file)}  ${file}\n`).join(''))
