import { inflateSync } from 'node:zlib'

/** `readPdf` gives the texts of each page of a PDF, as a reader finds them: by the page's fonts, and what they say that their glyphs stand for. */
export function readPdf(pdf: Buffer): string[][] {
  const objects = new Map<string, string>()
  const whole = pdf.toString('latin1')
  for (const [, number = '', body = ''] of whole.matchAll(/(\d+) 0 obj\n([\s\S]*?)\nendobj/g)) {
    objects.set(number, body)
  }
  const at = (number: string | undefined): string => objects.get(number ?? '') ?? ''
  const stream = (number: string | undefined): string => {
    const [, data = ''] = /stream\n([\s\S]*)\nendstream/.exec(at(number)) ?? []
    return inflateSync(Buffer.from(data, 'latin1')).toString('latin1')
  }
  const named = (body: string, name: string): string | undefined =>
    new RegExp(`/${name} (\\d+) 0 R`).exec(body)?.[1]
  const pages = [...objects.values()].filter((body) => /\/Type \/Page\n/.test(body))
  return pages.map((page) => {
    const fonts = new Map(
      [...at(named(page, 'Resources')).matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', number]) => [
        name,
        meanings(at(number), stream, named),
      ]),
    )
    const texts: string[] = []
    let font: ((hex: string) => string) | undefined
    for (const [, name, pieces] of stream(named(page, 'Contents')).matchAll(
      /\/(F\d+) [\d.]+ Tf|\[(.*?)\] TJ/g,
    )) {
      if (name) font = fonts.get(name)
      else
        texts.push([...(pieces ?? '').matchAll(/<(\w+)>/g)].map(([, hex = '']) => font?.(hex) ?? '').join(''))
    }
    return texts
  })
}

/** `meanings` gives what reads the glyphs of a font: of a standard one Windows-1252, of an embedded one what its map says. */
function meanings(
  font: string,
  stream: (number: string | undefined) => string,
  named: (body: string, name: string) => string | undefined,
): (hex: string) => string {
  const map = named(font, 'ToUnicode')
  if (map === undefined) return (hex) => new TextDecoder('windows-1252').decode(Buffer.from(hex, 'hex'))
  const glyphs = [...stream(map).matchAll(/\[(.*)\]/g)].flatMap(([, entries = '']) =>
    [...entries.matchAll(/<([^>]*)>/g)].map(([, codes = '']) =>
      Buffer.from(codes.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'),
    ),
  )
  return (hex) => (hex.match(/.{4}/g) ?? []).map((code) => glyphs[Number.parseInt(code, 16)] ?? '').join('')
}
