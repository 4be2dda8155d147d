import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { coloursOf, contrast, grounds } from '../../src/brand/accent.ts'

const schemes = ['light', 'dark'] as const

test('the grounds are those of the pages', () => {
  const css = readFileSync(new URL('../../web/src/identity/tokens.css', import.meta.url), 'utf8')
  const [light = '', dark = ''] = css.split(':root[data-mantine-color-scheme="dark"]')
  const named = { light, dark } as const
  for (const scheme of schemes) {
    const colours = ['page', 'panel', 'sunk', 'working-tint'].map(
      (name) => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(named[scheme])?.[1],
    )
    expect(grounds[scheme], scheme).toEqual(colours)
  }
})

test('a colour that can be read is taken as it is, and of any other the nearest shade that can', () => {
  expect(coloursOf('#0b5d6b').light.accent).toBe('#0b5d6b')
  expect(coloursOf('#5cc4d4').dark.accent).toBe('#5cc4d4')
  for (const given of [
    '#000000',
    '#ffffff',
    '#ff0000',
    '#ffff00',
    '#00ff00',
    '#0000ff',
    '#808080',
    '#7a4b00',
  ]) {
    const colours = coloursOf(given)
    for (const scheme of schemes) {
      const { accent, link, onAccent } = colours[scheme]
      for (const ground of grounds[scheme]) {
        expect(contrast(link, ground), `${given} on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
      expect(contrast(onAccent, accent), `on ${accent}`).toBeGreaterThanOrEqual(4.5)
    }
  }
  expect(coloursOf('#ffff00').light.accent).toMatch(/^#(..)\1..$/)
})
