import { expect, test } from 'vitest'
import { readLogo } from '../../src/brand/logo.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const svg = (inner: string, attributes = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" ${attributes}>${inner}</svg>`

/** `png` is the head of a PNG of a size. */
const png = (width: number, height: number): Buffer => {
  const head = Buffer.alloc(33)
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(head)
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return head
}

test('a logo is told by its content, whatever it is called, and named by it', () => {
  const picture = svg(
    '<linearGradient id="g"><stop offset="0"/></linearGradient><path fill="url(#g)" d="M0 0h8"/>',
  )
  const read = readLogo(
    `data:image/png;base64,${base64(`<?xml version="1.0"?><!-- made by hand -->${picture}`)}`,
  )
  expect(read).toMatchObject({ ok: true, value: { mediaType: 'image/svg+xml' } })
  const [one, other] = [png(200, 40), png(200, 41)].map((content) => readLogo(content.toString('base64')))
  expect(one).toMatchObject({ ok: true, value: { mediaType: 'image/png', hash: /^[0-9a-f]{16}$/ } })
  expect(one?.ok && other?.ok && one.value.hash !== other.value.hash).toBe(true)
})

const refused: [what: string, logo: string, words: string][] = [
  ['no base64', '<svg/>', 'must be base64'],
  ['nothing', '', 'must be base64'],
  ['another sort of file', base64('GIF89a...'), 'must be a PNG or an SVG'],
  ['a page', base64('<html><svg/></html>'), 'must be an SVG picture'],
  ['a cut PNG', png(1, 1).subarray(0, 20).toString('base64'), 'must be a PNG or an SVG'],
  ['a huge PNG', png(100_000, 2).toString('base64'), 'must be 1 to 2048 pixels wide and high'],
  [
    'a large file',
    Buffer.concat([png(1, 1), Buffer.alloc(131_072)]).toString('base64'),
    'must not be larger than',
  ],
  ['a script', base64(svg('<script>alert(1)</script>')), 'must not hold the element "script"'],
  [
    'a script of another namespace',
    base64(svg('<x:script xmlns:x="http://www.w3.org/2000/svg"/>')),
    'the element "x:script"',
  ],
  ['HTML inside', base64(svg('<foreignObject><body/></foreignObject>')), 'the element "foreignObject"'],
  ['styles', base64(svg('<style>@import "//evil"</style>')), 'the element "style"'],
  ['an animation', base64(svg('<animate attributeName="href"/>')), 'the element "animate"'],
  [
    'a picture of elsewhere',
    base64(svg('<image href="https://evil.example/x.png"/>')),
    'the element "image"',
  ],
  ['a handler', base64(svg('', 'onload="alert(1)"')), 'the attribute "onload"'],
  ['a style', base64(svg('<path style="fill:red"/>')), 'the attribute "style"'],
  ['a use of elsewhere', base64(svg('<use href="https://evil.example/#a"/>')), 'parts of itself only'],
  ['a script as a link', base64(svg('<use xlink:href="javascript:alert(1)"/>')), 'parts of itself only'],
  ['a fill of elsewhere', base64(svg('<path fill="url(https://evil.example/#a)"/>')), 'parts of itself only'],
  ['a fill that is escaped', base64(svg('<path fill="u\\72l(//evil)"/>')), 'parts of itself only'],
  ['entities', base64(`<!DOCTYPE svg [<!ENTITY a "b">]>${svg('&a;')}`), 'must hold no DOCTYPE'],
  ['another program', base64(`<?xml-stylesheet href="//evil"?>${svg('')}`), 'must hold no DOCTYPE'],
  ['what is not closed', base64('<svg><g></svg>'), 'must be well-formed XML'],
  ['too much', base64(svg('<g/>'.repeat(2000))), 'must not have more than 2000 elements'],
]

test.each(refused)('%s is refused in words', (_what, logo, words) => {
  const read = readLogo(logo)
  expect(read.ok).toBe(false)
  expect(read).toMatchObject({ faults: [{ path: ['logo'], message: expect.stringContaining(words) }] })
})
