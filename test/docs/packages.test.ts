import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { auditReport, productionPackages } from '../../scripts/supply-chain.ts'

/** To write a package that was added into the page, once somebody has looked at it: `vitest run test/docs/packages -u`. */
const root = fileURLToPath(new URL('../../', import.meta.url))
const file = join(root, 'docs/packages.md')
const page = readFileSync(file, 'utf8')
const readJson = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'))
const names = productionPackages(readJson('package-lock.json'))

test('every package of production is listed', async () => {
  const list = `${names.length} packages:\n\n${names.map((name) => `\`${name}\``).join(', ')}\n`
  const renewed = page.replace(
    /(<!-- packages -->\n)[\s\S]*(<!-- end of packages -->)/,
    (_all, begin: string, end: string) => `${begin}\n${list}\n${end}`,
  )
  await expect(renewed).toMatchFileSnapshot(file)
})

test('what we named ourselves has a row that says what for', () => {
  const { dependencies, optionalDependencies } = readJson('package.json')
  const rows = [...page.matchAll(/^\| `([^`]+)` \| .{4,} \|$/gm)].map(([, name]) => name)
  expect(rows).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).sort())
})

test('they take no more room than the page says', () => {
  const [, most] = /at most\s+(\d+) MB/.exec(page) ?? []
  const seen = new Set<number>()
  const sizeOf = (path: string): number => {
    const stat = lstatSync(path)
    if (stat.isSymbolicLink() || seen.has(stat.ino)) return 0
    seen.add(stat.ino)
    if (!stat.isDirectory()) return stat.size
    return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
  }
  const paths = names.map((name) => join(root, 'node_modules', name))
  // Some are for other platforms.
  const bytes = paths.reduce((sum, path) => sum + (existsSync(path) ? sizeOf(realpathSync(path)) : 0), 0)
  expect(bytes / 1_000_000).toBeGreaterThan(20)
  expect(bytes / 1_000_000).toBeLessThan(Number(most))
})

test('each has its hash in the lock file', () => {
  const { packages } = readJson('package-lock.json') as {
    packages: Record<string, { integrity?: string; dev?: boolean; inBundle?: boolean; link?: boolean }>
  }
  const without = Object.entries(packages)
    .filter(([path, { dev, inBundle }]) => path !== '' && !dev && !inBundle)
    .filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'))
  expect(without.map(([path]) => path)).toEqual([])
})

test.each([
  ['nothing', '', undefined, 'audit: not available (no answer)'],
  ['a page of HTML', '<html>', undefined, 'audit: not available (no answer)'],
  [
    'an error',
    '{"message":"405 Method Not Allowed"}',
    undefined,
    'audit: not available (405 Method Not Allowed)',
  ],
  ['an object without a list', '{}', undefined, 'audit: not available (no list of advisories)'],
  ['no advisory', '{"vulnerabilities":{}}', 0, 'audit: 0 packages with known advisories'],
  [
    'advisories',
    JSON.stringify({
      vulnerabilities: {
        undici: { severity: 'high', range: '<8', via: [{ title: 'Smuggling', url: 'https://x.example/1' }] },
        wrapper: { severity: 'low', range: '*', via: ['undici'] },
      },
    }),
    2,
    'audit: 2 packages with known advisories\n  high undici <8: Smuggling https://x.example/1\n  low wrapper *: by undici',
  ],
])('an audit that gives %s', (_what, said, known, text) => {
  expect(auditReport(said)).toEqual({ known, text })
})
