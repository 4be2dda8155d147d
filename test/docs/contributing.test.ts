import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(`${root}CONTRIBUTING.md`, 'utf8')
const section = (title: string): string => page.split(/^## /m).find((one) => one.startsWith(title)) ?? ''
const pathsIn = (text: string): string[] =>
  [...text.matchAll(/`((?:src|test|bench|docs|scripts)\/[^`\s*]*)`/g)].map(([, path]) => path as string)

test('every folder and file that CONTRIBUTING names is there', () => {
  const paths = pathsIn(page)
  expect(paths.length).toBeGreaterThan(40)
  expect(paths.filter((path) => !existsSync(`${root}${path}`))).toEqual([])
})

test('the map has every room of src', () => {
  const mapped = pathsIn(section('The map')).map((path) => path.replace(/\/$/, ''))
  const rooms = readdirSync(`${root}src`, { withFileTypes: true }).map(({ name }) => `src/${name}`)
  const missing = rooms.filter((room) => !mapped.some((path) => path === room || path.startsWith(`${room}/`)))
  expect(missing).toEqual([])
})

test('every word of the glossary names rooms that are there', () => {
  const rows = section('Words')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| word') && !line.startsWith('| ---'))
  expect(rows.length).toBeGreaterThan(30)
  const rooms = rows.flatMap((row) => (row.split('|')[3] ?? '').split(',').map((room) => room.trim()))
  const missing = rooms.filter(
    (room) => room !== 'everywhere' && room !== 'errors' && !existsSync(`${root}src/${room}`),
  )
  expect(missing).toEqual([])
})
