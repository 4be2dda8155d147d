/**
 * A grammar of bodies that cost much for their bytes: units that are repeated until a body is full, between a head that says who sends it
 * and what makes a parser look. Each is as large as it may be.
 */
export interface Shape {
  name: string
  contentType: string
  /** `body` makes it: each takes a moment, and few are wanted at a time. */
  body(): Buffer
}

const URLENCODED = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=X'
const JSON_TYPE = 'application/json'

/** `fill` repeats what `unit` gives for 0, 1, 2, ... until there are `length` characters with the head and the tail. */
function fill(length: number, unit: (index: number) => string, head = '', tail = ''): string {
  const units: string[] = [head]
  let left = length - head.length - tail.length
  for (let index = 0; left > 0; index++) {
    const next = unit(index)
    left -= next.length
    if (left >= 0) units.push(next)
  }
  return [...units, tail].join('')
}

const part = (name: string, value: string): string =>
  `--X\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

const typed = (name: string, charset: string, value: string): string =>
  `--X\r\nContent-Disposition: form-data; name="${name}"\r\nContent-Type: text/plain; charset=${charset}\r\n\r\n${value}\r\n`

const CHARSETS = ['iso-2022-jp', 'gb18030', 'big5', 'shift_jis', 'euc-kr', 'utf-16le', 'windows-1252']

/** `bodyShapes` gives the shapes, with the fields of a login before everything else where the encoding lets them be. */
export function bodyShapes(
  limit: number,
  login: [name: string, value: string][],
  random: () => number,
): Shape[] {
  const size = limit - 200
  const some = (max: number): number => 1 + Math.floor(random() * max)
  const name = (index: number): string => `${index.toString(36)}${some(9)}`
  const fields = [...login, ['action', 'placeimeiorderbulk']] as [string, string][]
  const formHead = `${new URLSearchParams(fields)}&`
  const partHead = fields.map(([key, value]) => part(key, value)).join('')
  const jsonHead = `${JSON.stringify(Object.fromEntries(fields)).slice(0, -1)},`
  const shapes: Shape[] = []
  const add = (kind: string, contentType: string, body: () => string, encoding?: BufferEncoding): void =>
    void shapes.push({
      name: kind,
      contentType,
      body: () => Buffer.from(body(), encoding).subarray(0, limit),
    })

  // What comes as urlencoded fields.
  const units: Record<string, (index: number) => string> = {
    names: (i) => `${name(i)}=&`,
    'names with wrong percent signs': (i) => `%zz${name(i)}=%zz&`,
    'names that are no UTF-8': (i) => `%ff${name(i)}=%ff&`,
    ampersands: () => '&',
    blanks: () => '+',
    'blanks of another script': () => '%E3%80%80',
    'blanks and names': (i) => `${'+'.repeat(100)}${name(i)}=+&`,
    entities: () => '&lt;',
    semicolons: () => ';',
    'names in brackets': (i) => `parameters[${i}][ID]=1&`,
    'one deep name': () => '[a]',
  }
  for (const [kind, unit] of Object.entries(units))
    add(`urlencoded ${kind}`, URLENCODED, () => fill(size, unit, formHead))
  // What comes in `parameters`, each as it is, in base64, and in a part of its own.
  const texts: Record<string, (length: number) => string> = {
    'JSON names': (length) => fill(length, (i) => `"${name(i)}":1,`, '{', '"z":1}'),
    'JSON names, few enough': (length) =>
      fill(length, (i) => (i < 19_900 ? `"${name(i)}":1,` : '\n'), '{', '"z":1}'),
    'JSON rows, each full': () =>
      `[${Array.from({ length: 195 }, () => `{${Array.from({ length: 100 }, (_, i) => `"k${i}":"${some(9)}"`)}}`)}]`,
    'JSON rows': (length) => fill(length, () => '{"ID":1,"IMEI":"350000000000014"},', '[', '{}]'),
    'JSON long numbers': (length) => fill(length, (i) => (i < 19_900 ? '1234567890123456,' : ' '), '[', '1]'),
    'JSON one number': (length) => fill(length, () => '1', '[', ']'),
    'JSON numbers almost long': (length) => fill(length, () => '123456789012345x', '["', '"]'),
    'JSON empty objects': (length) => fill(length, () => '{},', '[', '{}]'),
    'JSON depth': (length) => fill(length, () => (some(2) > 1 ? '[' : '{"a":')),
    'JSON blanks': (length) => fill(length, () => ' ', '[', 'x'),
    'JSON blanks before an entity': (length) => fill(length, () => ' ', '[', '&quot;'),
    'JSON escapes': (length) => fill(length, () => '\\u0041', '"', '"'),
    'JSON in JSON': (length) => JSON.stringify(fill(length * 0.7, () => '{"a":1},', '[', '1]')),
    pairs: (length) => fill(length, (i) => `${name(i)}=1&`, 'ID=1&'),
    blanks: (length) => fill(length, () => ' ', '{"ID":"1","IMEI":"', '1"}'),
    'blanks that are marks': (length) => fill(length / 3, () => '\u200d', '{"ID":"1","IMEI":"', '1"}'),
    slashes: (length) => fill(length, () => '\\"', '[{', '}]'),
    'XML tags': (length) => fill(length, () => '<a/>', '<P>', '</P>'),
    'XML depth': (length) => fill(length, () => '<a>'),
    'XML attributes': (length) => fill(length, () => ' b=c', '<a', '/>'),
    'XML names of attributes': (length) => fill(length, () => ' b', '<a', '/>'),
    'XML entities': (length) => fill(length, () => '&amp;', '<a>', '</a>'),
    'XML entities escaped again': (length) => fill(length, () => '&amp;amp;', '&lt;a&gt;', '&lt;/a&gt;'),
    'XML ends of comments': (length) => fill(length, () => '-', '<a><!--', '--></a>'),
    'XML ends of sections': (length) => fill(length, () => ']', '<a><![CDATA[', ']]></a>'),
    'XML ends': (length) => fill(length, () => '</b>', '<a>'),
    'percent signs': (length) => fill(length, () => '%7b', '%7b%22a%22:', '%7d'),
    'base64 with blanks': (length) => fill(length, () => 'Q '),
    'base64 of nothing': (length) => fill(length, () => 'QUJD'),
    'ids without end': (length) => fill(length, () => '1,'),
    'device of other digits': (length) => JSON.stringify({ ID: '1', IMEI: '٣'.repeat(length / 2) }),
    'custom fields': (length) =>
      JSON.stringify({ ID: '1', CUSTOMFIELD: fill(length * 0.7, (i) => `"${name(i)}":1,`, '{', '"z":1}') }),
    'custom text of signs': (length) =>
      JSON.stringify({ ID: '1', CUSTOMFIELD: Buffer.from('@.'.repeat(length / 3)).toString('base64') }),
  }
  for (const [kind, text] of Object.entries(texts)) {
    add(
      `${kind} in a part`,
      MULTIPART,
      () => `${partHead}${part('parameters', text(size - partHead.length - 100))}--X--\r\n`,
    )
    if (random() < 0.5) {
      const base64 = (): string => Buffer.from(text(size * 0.7)).toString('base64')
      add(`${kind} in base64`, URLENCODED, () => `${formHead}parameters=${base64()}`)
    } else {
      const encoded = (): string => encodeURIComponent(text(size / 3))
      add(`${kind} encoded`, URLENCODED, () => `${formHead}parameters=${encoded()}`)
    }
  }
  add('text of percent signs', URLENCODED, () => fill(size, () => '%41', `${formHead}parameters=`))
  add('text of pluses', URLENCODED, () => fill(size, () => '+a', `${formHead}parameters=`))
  // What comes as JSON, or as parts.
  const bodies: [kind: string, unit: (index: number) => string, head: string, tail: string][] = [
    ['names', (i) => `"${name(i)}":1,`, jsonHead, '"z":1}'],
    ['names and a long number', (i) => `"${name(i)}":1,`, `${jsonHead}"a":1234567890123456,`, '"z":1}'],
    ['depth', () => '[', `${jsonHead}"parameters":`, ''],
    ['closed depth', () => '[[]],', `${jsonHead}"parameters":[`, '1]}'],
    ['escapes', () => '\\u0041', `${jsonHead}"parameters":"`, '"}'],
    ['signs', () => '-', `${jsonHead}"parameters":[`, ']}'],
    ['blanks', () => ' ', jsonHead, '"z":1}'],
    ['blanks and no end', () => ' ', '{', ''],
  ]
  for (const [kind, unit, head, tail] of bodies)
    add(`JSON body of ${kind}`, JSON_TYPE, () => fill(size, unit, head, tail))
  const parts: Record<string, (index: number) => string> = {
    boundaries: () => '--X\r\n',
    'empty parts': () => '--X\r\n\r\n\r\n',
    'named parts': (i) => part(name(i), 'x'),
    'charsets that nobody has': (i) => typed(name(i), `x-${name(i)}`, 'x'),
    'charsets of a name that stays empty': (i) => typed('username2', `x-${name(i)}`, ' '),
    'charsets that there are': (i) => typed(name(i), CHARSETS[i % CHARSETS.length] as string, 'x'),
    'many headers': () => `--X\r\n${'a:\r\n'.repeat(100)}\r\nx\r\n`,
    'headers without end': () => 'A: b\r\n',
    semicolons: () => `--X\r\nContent-Disposition: form-data${'; '.repeat(1500)}\r\n\r\nx\r\n`,
    backslashes: () => `--X\r\nContent-Disposition: form-data; name="${'\\'.repeat(3000)}\r\n\r\nx\r\n`,
  }
  for (const [kind, unit] of Object.entries(parts))
    add(`multipart of ${kind}`, MULTIPART, () => fill(size, unit, partHead))
  // What says who sends it is long itself.
  const names = { user: 'username', key: 'apiaccesskey', action: 'action', format: 'requestformat' }
  for (const [kind, field] of Object.entries(names)) {
    add(`urlencoded ${kind} of percent signs`, URLENCODED, () => fill(size, () => '%41', `${field}=`))
    add(`urlencoded ${kind} of capitals`, URLENCODED, () =>
      fill(size, () => 'İ', `${field}=`).slice(0, size / 2),
    )
    add(`JSON body of a ${kind} of digits`, JSON_TYPE, () => fill(size, () => '9', `{"${field}":`, '}'))
    add(`JSON body of a ${kind} of exponents`, JSON_TYPE, () => fill(size, () => '9', `{"${field}":1e`, '}'))
    add(
      `JSON body of a ${kind} of no UTF-8`,
      JSON_TYPE,
      () => fill(size, () => 'ÿ', `{"${field}":"`, '"}'),
      'latin1',
    )
    add(
      `multipart of a ${kind} in another charset`,
      MULTIPART,
      () =>
        `${typed(
          field,
          'iso-2022-jp',
          fill(size - 200, () => '\u001b$B$"\u001b(B'),
        )}--X--`,
    )
  }
  const long = 'a'.repeat(70)
  add('multipart almost boundaries', `multipart/form-data; boundary=${long}`, () =>
    fill(size, () => `\r\n--${long.slice(1)}b`),
  )
  return shapes
}
