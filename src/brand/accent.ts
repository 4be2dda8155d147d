/** Colours are what pages take of an accent in one scheme, as #rrggbb: of fills, of links, of the focus, and of what stands on a fill. */
export interface Colours {
  accent: string
  link: string
  focus: string
  onAccent: string
}

export interface BothColours {
  light: Colours
  dark: Colours
}

/** LEAST is the contrast that text must have. */
const LEAST = 4.5

/** `grounds` are those of web/src/identity/tokens.css that links stand on: the page, panels, sunk parts and tinted buttons. */
export const grounds = {
  light: ['#f6f7f5', '#ffffff', '#eceeea', '#e6eefb'],
  dark: ['#111718', '#182021', '#0c1112', '#17294a'],
} as const

/** `inks` are what stands on a fill: the first of them that can be read. */
const inks = { light: ['#ffffff', '#1a2426'], dark: ['#06262c', '#ffffff'] } as const

/** ACCENT is what an accent must be written as. */
export const ACCENT = /^#[0-9a-f]{6}$/

/**
 * `coloursOf` gives an accent as each scheme takes it: as it is where it can be read on every ground; else the nearest shade that can, darker
 * in the light scheme and lighter in the dark one.
 */
export const coloursOf = (accent: string): BothColours => ({
  light: coloursIn('light', accent),
  dark: coloursIn('dark', accent),
})

function coloursIn(scheme: keyof typeof grounds, accent: string): Colours {
  const shade = nearest(accent, scheme === 'light' ? 0 : 255, grounds[scheme])
  const [first, second] = inks[scheme]
  const onAccent = contrast(first, shade) >= contrast(second, shade) ? first : second
  return { accent: shade, link: shade, focus: shade, onAccent }
}

/** STEPS is in how many steps a colour is mixed with black or white until it can be read. */
const STEPS = 100

function nearest(colour: string, end: 0 | 255, on: readonly string[]): string {
  const parts = partsOf(colour)
  for (let step = 0; step < STEPS; step++) {
    const shade = textOf(parts.map((part) => part + ((end - part) * step) / STEPS))
    if (on.every((ground) => contrast(shade, ground) >= LEAST)) return shade
  }
  return textOf([end, end, end])
}

const partsOf = (colour: string): number[] =>
  [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

const textOf = (parts: readonly number[]): string =>
  `#${parts.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

/** `luminance` is WCAG's relative luminance of a colour, from 0 (black) to 1 (white). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = partsOf(colour).map((byte) => {
    const part = byte / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** `contrast` is WCAG's contrast of two colours, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}
