import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../', import.meta.url)

test('every line of docs/security.md names a test that is there', () => {
  const rows = readFileSync(new URL('docs/security.md', root), 'utf8')
    .split('\n')
    .filter((line) => /^\| [a-z]/.test(line) && !line.startsWith('| what somebody tries'))
  expect(rows.length).toBeGreaterThan(10)
  for (const row of rows) {
    const tests = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path as string)
    expect(tests, row).not.toEqual([])
    for (const path of tests) expect(existsSync(new URL(path, root)), path).toBe(true)
  }
})
