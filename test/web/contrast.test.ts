import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const css = readFileSync(new URL('../../web/src/identity/tokens.css', import.meta.url), 'utf8')

/** `tokensIn` gives the colours of one scheme, by name. */
const tokensIn = (block: string): Record<string, string> =>
  Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour]),
  )
const [light = '', dark = ''] = css.split(':root[data-mantine-color-scheme="dark"]')
const schemes = { light: tokensIn(light), dark: tokensIn(dark) }

/** `luminance` is WCAG's relative luminance of a colour, from 0 (black) to 1 (white). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

const states = ['waiting', 'working', 'unknown', 'done', 'failed', 'needs', 'off']
const grounds = ['page', 'panel', 'sunk']

/** Each pair is what stands on what, and the least contrast: 4.5 for text, 3 for edges of controls and for the focus. */
const pairs: [string, string, number][] = [
  ...['text', 'muted', 'link'].flatMap((name) =>
    grounds.map((ground): [string, string, number] => [name, ground, 4.5]),
  ),
  ...states.map((state): [string, string, number] => [state, `${state}-tint`, 4.5]),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'failed', 4.5],
  ['failed', 'panel', 4.5],
  ['edge', 'page', 3],
  ['edge', 'panel', 3],
  ['focus', 'page', 3],
  ['focus', 'panel', 3],
]

describe.each(Object.entries(schemes))('colours, %s', (_name, tokens) => {
  test.each(pairs)('%s on %s', (front, ground, least) => {
    expect(contrast(tokens[front] ?? '#000000', tokens[ground] ?? '#000000')).toBeGreaterThanOrEqual(least)
  })
})

test('both schemes have the same tokens', () => {
  expect(Object.keys(schemes.dark).sort()).toEqual(Object.keys(schemes.light).sort())
})
