import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { BUILT, buildIfOld } from './build.fixtures.ts'

/** Chunk is one file of the built application, as Vite's manifest has it. */
interface Chunk {
  file: string
  src?: string
  imports?: string[]
  css?: string[]
}

const KB = 1024

describe('what a page loads, compressed', () => {
  let chunks: Record<string, Chunk>
  beforeAll(async () => {
    await buildIfOld()
    chunks = JSON.parse(readFileSync(join(BUILT, 'manifest.json'), 'utf8'))
  })

  /** `loaded` gives all chunks that some chunks load at once. */
  const loaded = (names: readonly string[], found = new Set<string>()): Set<string> => {
    for (const name of names) {
      if (found.has(name)) continue
      found.add(name)
      loaded(chunks[name]?.imports ?? [], found)
    }
    return found
  }
  const sizeOf = (file: string): number => statSync(join(BUILT, `${file}.gz`)).size
  const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + size, 0)
  const scripts = (names: readonly string[]): number =>
    sum([...loaded(names)].map((name) => sizeOf(chunks[name]?.file ?? '')))
  const styles = (names: readonly string[]): number =>
    sum([...new Set([...loaded(names)].flatMap((name) => chunks[name]?.css ?? []))].map(sizeOf))

  /** `beyond` gives what some chunks load that others have not loaded already. */
  const beyond = (before: readonly string[], names: readonly string[]): number => {
    const there = loaded(before)
    return sum(
      [...loaded(names)].filter((name) => !there.has(name)).map((name) => sizeOf(chunks[name]?.file ?? '')),
    )
  }

  const shell = ['console.html', 'src/console/shell.tsx']
  const orders = [...shell, 'src/console/routes/orders/orders.tsx']

  test('signing in: at most 130 KB of scripts', () => {
    expect(scripts(['gate.html'])).toBeLessThanOrEqual(130 * KB)
  })

  test('the shell with orders: at most 245 KB of scripts, and 40 KB of styles', () => {
    expect(scripts(orders)).toBeLessThanOrEqual(245 * KB)
    expect(styles(orders)).toBeLessThanOrEqual(40 * KB)
  })

  test('a browser, which asks for six files at a time, gets what comes first in few: 8 scripts for signing in, 10 of the portal, 35 of the shell with orders', () => {
    expect(loaded(['gate.html']).size).toBeLessThanOrEqual(8)
    expect(loaded(['portal.html', 'src/portal/shell.tsx']).size).toBeLessThanOrEqual(10)
    expect(loaded(orders).size).toBeLessThanOrEqual(35)
  })

  test('any other page: at most 305 KB of scripts with the shell', () => {
    const pages = Object.keys(chunks).filter((name) => /^src\/console\/routes\/.+\.tsx$/.test(name))
    const sizes = pages.map((name) => ({ name, kb: Math.ceil(scripts([...shell, name]) / KB) }))
    expect(sizes.filter(({ kb }) => kb > 305)).toEqual([])
    expect(sizes.length).toBeGreaterThan(1)
  })

  test('a dialog: at most 30 KB of scripts beyond the shell; a chart: at most 30 KB beyond the page that draws it', () => {
    const inShell = (pattern: RegExp) =>
      Object.keys(chunks)
        .filter((name) => pattern.test(name) && !name.endsWith('.css'))
        .map((name) => ({ name, kb: Math.ceil(beyond(shell, [name]) / KB) }))
    // Those that are loaded when they are opened, and what all others share: the rest of these is a part of its page.
    const dialogs = inShell(/^src\/.+[-/](dialog|sheet)\.tsx$|^_act-dialog-/)
    expect(dialogs.filter(({ kb }) => kb > 30)).toEqual([])
    expect(dialogs.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['src/kit/filter-sheet.tsx', 'src/kit/step-up-dialog.tsx']),
    )
    expect(chunks['src/kit/plot.ts']).toBeDefined()
    expect(beyond(shell, ['src/kit/plot.ts'])).toBeLessThanOrEqual(30 * KB)
    // A page that never draws one does not load what draws them.
    expect(loaded(orders)).not.toContain('src/kit/plot.ts')
  })

  test('the words of a language: at most 50 KB in the console, 14 KB in the portal, 2.2 KB for signing in, 10 KB of faults behind the page, 8 KB of what kinds are set up with, and 4 KB of the names of values; the fonts of a page in Latin script: at most 56 KB', () => {
    const files = readdirSync(join(BUILT, 'assets'))
    for (const [application, kb] of [
      ['console', 50],
      ['portal', 14],
      ['gate', 2.2],
      ['faults', 10],
      ['kinds', 8],
      ['values', 4],
    ] as const) {
      for (const language of ['en', 'id', 'es']) {
        const { file = '' } = chunks[`src/words/${language}.po?${application}`] ?? {}
        expect(sizeOf(file), `${language} of the ${application}`).toBeLessThanOrEqual(kb * KB)
      }
    }
    const fonts = files.filter((name) => /-latin-wght-normal.*\.woff2$/.test(name))
    expect(fonts).toHaveLength(2)
    expect(sum(fonts.map((name) => statSync(join(BUILT, 'assets', name)).size))).toBeLessThanOrEqual(56 * KB)
  })
})
