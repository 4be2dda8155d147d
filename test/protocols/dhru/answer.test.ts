import fc from 'fast-check'
import { Parser } from 'htmlparser2'
import { describe, expect, it } from 'vitest'
import {
  type Answer,
  API_VERSION,
  fail,
  Keyed,
  Merged,
  succeed,
  toJson,
  toXml,
  type Value,
} from '../../../src/protocols/dhru/answer.ts'

const order = succeed([{ MESSAGE: 'Order Placed Successfully', REFERENCEID: '321' }])

describe('an answer in JSON', () => {
  it("is the contract's success and the contract's error, byte for byte", () => {
    expect(toJson(order)).toBe(
      '{"SUCCESS":[{"MESSAGE":"Order Placed Successfully","REFERENCEID":"321"}],"apiversion":"8.2"}',
    )
    expect(toJson(fail('Invalid request', 'payload_required'))).toBe(
      '{"ERROR":[{"MESSAGE":"Invalid request","FULL_DESCRIPTION":"payload_required"}],"apiversion":"8.2"}',
    )
  })

  it('has the echo between SUCCESS and apiversion', () => {
    expect(toJson(succeed([], { ID: '1' }))).toBe('{"SUCCESS":[],"ID":"1","apiversion":"8.2"}')
  })

  it('has an object, not an array, of keyed entries, also when there are none', () => {
    const list = (entries: [string, Value][]) => succeed([{ LIST: new Keyed('GROUP', entries) }])
    expect(toJson(list([]))).toContain('"LIST":{}')
    expect(toJson(list([['1382', { CREDIT: '1' }]]))).toContain('"LIST":{"1382":{"CREDIT":"1"}}')
  })

  it('takes keys that objects have by nature for plain keys', () => {
    const keyed = new Keyed('ROW', [
      ['__proto__', { A: '1' }],
      ['constructor', 'x'],
    ])
    const json = '{"__proto__":{"A":"1"},"constructor":"x"'
    expect(toJson({ LIST: keyed })).toBe(`{"LIST":${json}}}`)
    expect(toJson(new Merged([keyed, { apiversion: API_VERSION }]))).toBe(`${json},"apiversion":"8.2"}`)
  })

  it('has the rows of a merged answer at its top', () => {
    const answer = new Merged([
      new Keyed('ROW', [['A-1', { SUCCESS: [] }]]),
      { SUCCESS: [], apiversion: '8.2' },
    ])
    expect(toJson(answer)).toBe('{"A-1":{"SUCCESS":[]},"SUCCESS":[],"apiversion":"8.2"}')
  })

  it('has no half of a surrogate pair, in values or keys: PHP would refuse it all', () => {
    const answer = succeed([{ MESSAGE: 'a\ud800b 😀', LIST: new Keyed('ROW', [['\udfff', 'x']]) }])
    expect(toJson(answer)).toContain('"MESSAGE":"a\ufffdb 😀","LIST":{"\ufffd":"x"}')
    expect(toJson({ MESSAGE: '\\ud800' })).toBe('{"MESSAGE":"\\\\ud800"}')
  })
})

describe('an answer in XML', () => {
  const xml = (body: string): string =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<DHRUFUSION>${body}</DHRUFUSION>\n`

  it('says what the JSON says, with entries of an array as RESULT', () => {
    expect(toXml(order)).toBe(
      xml(
        '<SUCCESS><RESULT><MESSAGE>Order Placed Successfully</MESSAGE><REFERENCEID>321</REFERENCEID></RESULT>' +
          '</SUCCESS><apiversion>8.2</apiversion>',
      ),
    )
  })

  it('has keys that are not ours as the attribute id, never as a name', () => {
    const services = new Keyed('SERVICE', [['1382', { QNT: 0, 'Requires.Network': 'None' }]])
    expect(toXml({ LIST: new Keyed('GROUP', [['A & "B"', { SERVICES: services }]]) })).toBe(
      xml(
        '<LIST><GROUP id="A &amp; &quot;B&quot;"><SERVICES><SERVICE id="1382"><QNT>0</QNT>' +
          '<Requires.Network>None</Requires.Network></SERVICE></SERVICES></GROUP></LIST>',
      ),
    )
  })

  it('has the rows of a merged answer under the root', () => {
    const rows = new Keyed('ROW', [
      ['77', 'a'],
      ['78', 'b'],
    ])
    expect(toXml(new Merged([rows, { apiversion: '8.2' }]))).toBe(
      xml('<ROW id="77">a</ROW><ROW id="78">b</ROW><apiversion>8.2</apiversion>'),
    )
  })

  it('escapes what is markup, and keeps blanks that a parser would change', () => {
    expect(toXml({ A: `<b>&"']]>\t\r\n` })).toBe(xml('<A>&lt;b&gt;&amp;&quot;&apos;]]&gt;&#9;&#13;&#10;</A>'))
    expect(toXml(new Merged([new Keyed('ROW', [['\t\r\n', '']])]))).toBe(
      xml('<ROW id="&#9;&#13;&#10;"></ROW>'),
    )
  })

  it('puts U+FFFD for what XML 1.0 has no place for', () => {
    expect(toXml({ A: '\0\x08\x0b\x0c\x1f\ufffe\uffff\udfff\ud800' })).toBe(
      xml(`<A>${'\ufffd'.repeat(9)}</A>`),
    )
    expect(toXml({ A: '\x7f\x85\ue000😀' })).toBe(xml('<A>\x7f\x85\ue000😀</A>'))
  })

  it.each(['1382', 'a b', '', '<', 'é', '-a', '__proto__ ', 'a:b'])(
    'is not made when our own code gives %j for a name',
    (name) => {
      expect(() => toXml({ [name]: 'x' })).toThrow('no element name')
      expect(() => toXml({ A: new Keyed(name, [['1', 'x']]) })).toThrow('no element name')
    },
  )
})

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('<', '&amp;', ']]>', '\0', '\ud800', '\r\n', '"', "'", '__proto__'),
)
/**
 * `key` is never a backslash alone: V8's JSON.parse (13.6), which reads the answers here, takes an escaped character for one after it has seen such a
 * key, as JSON.parse('{"a":1,"\\\\":1}') and then '{"a":1,"\\n":1}' show.
 */
const key = text.filter((characters) => characters !== '\\')
const name = fc.constantFrom('SUCCESS', 'MESSAGE', 'LIST', 'Requires.Network', '_a-1', 'apiversion')
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc
      .tuple(name, fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }))
      .map(([element, entries]) => new Keyed(element, entries)),
  ),
}))
const part = fc.oneof(
  fc.dictionary(name, anyValue, { maxKeys: 4, noNullPrototype: true }),
  fc.array(fc.tuple(key, anyValue), { maxLength: 4 }).map((entries) => new Keyed('ROW', entries)),
)
const anyAnswer: fc.Arbitrary<Answer> = fc.oneof(
  fc.dictionary(name, anyValue, { maxKeys: 4, noNullPrototype: true }),
  fc.array(part, { maxLength: 3 }).map((parts) => new Merged(parts)),
)

const clean = (dirty: string): string =>
  dirty.toWellFormed().replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')

/** `Event` is what a reader of the XML sees: tags opened and closed, attributes and texts. */
type Event = { open: string; id?: string } | { close: string } | { text: string }

/** `eventsOf` gives the events that an answer should give, written down without any XML. */
function eventsOf(value: Value): Event[] {
  const element = (open: string, inner: Value, id?: string): Event[] => [
    id === undefined ? { open } : { open, id: clean(id) },
    ...eventsOf(inner),
    { close: open },
  ]
  if (typeof value === 'string' || typeof value === 'number') return [{ text: clean(String(value)) }]
  if (Array.isArray(value)) return value.flatMap((inner) => element('RESULT', inner))
  if (value instanceof Keyed) {
    return value.entries.flatMap(([key, inner]) => element(value.element, inner, key))
  }
  return Object.entries(value).flatMap(([field, inner]) => element(field, inner))
}

/** `readStrictly` reads XML in the narrow form that we write, and fails on anything else, unlike tolerant parsers. */
function readStrictly(xml: string): Event[] {
  expect(xml).not.toMatch(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u)
  const [head, body] = xml.split('\n', 2) as [string, string]
  expect(head).toBe('<?xml version="1.0" encoding="UTF-8"?>')
  expect(xml).toBe(`${head}\n${body}\n`)
  const token =
    /<([A-Za-z_][\w.-]*)(?: id="((?:[^<&"\t\n\r]|&(?:amp|lt|gt|quot|apos|#\d+);)*)")?>|<\/([^>]*)>|((?:[^<&>\r]|&(?:amp|lt|gt|quot|apos|#\d+);)+)/uy
  const open: string[] = []
  for (let at = 0; at < body.length; at = token.lastIndex) {
    token.lastIndex = at
    const match = token.exec(body)
    if (!match) throw new Error(`not well-formed: ${JSON.stringify(body.slice(at, at + 40))}`)
    if (match[1] !== undefined) open.push(match[1])
    else if (match[3] !== undefined) expect(open.pop()).toBe(match[3])
    if (open.length === 0) expect(token.lastIndex).toBe(body.length)
  }
  expect(open).toEqual([])

  const events: Event[] = []
  const parser = new Parser(
    {
      onopentag: (open, { id }) => void events.push(id === undefined ? { open } : { open, id }),
      onclosetag: (close) => void events.push({ close }),
      ontext(part) {
        const last = events.at(-1)
        if (last && 'text' in last) last.text += part
        else events.push({ text: part })
      },
    },
    { xmlMode: true },
  )
  parser.end(body)
  return events
}

describe('any answer, whatever texts are in it', () => {
  it('is well-formed XML, from which every text and key comes back', () => {
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const parts = answer instanceof Merged ? answer.parts : [answer]
        const expected = parts
          .flatMap((part) => eventsOf(part))
          .filter((event) => !('text' in event) || event.text !== '')
        expect(readStrictly(toXml(answer))).toEqual([
          { open: 'DHRUFUSION' },
          ...expected,
          { close: 'DHRUFUSION' },
        ])
      }),
      { numRuns: 1000 },
    )
  })

  it('is JSON of an object, from which every text and key comes back', () => {
    const plain = (value: Value): unknown => {
      if (typeof value === 'string') return value.toWellFormed()
      if (typeof value === 'number') return value
      if (Array.isArray(value)) return value.map(plain)
      const entries = value instanceof Keyed ? value.entries : Object.entries(value)
      // Of a key that comes twice the last counts, before and after halves of pairs are replaced.
      const last = Object.entries(Object.fromEntries(entries))
      return Object.fromEntries(last.map(([key, inner]) => [key.toWellFormed(), plain(inner)]))
    }
    fc.assert(
      fc.property(anyAnswer, (answer) => {
        const json = toJson(answer)
        expect(json.isWellFormed()).toBe(true)
        expect(json).not.toMatch(/(?<!\\)(?:\\\\)*\\ud[89a-f]/)
        expect(json).not.toMatch(/:(?:true|false)/)
        const whole =
          answer instanceof Merged
            ? new Keyed(
                'X',
                answer.parts.flatMap((one) => (one instanceof Keyed ? one.entries : Object.entries(one))),
              )
            : answer
        expect(JSON.parse(json)).toEqual(plain(whole))
      }),
      { numRuns: 1000 },
    )
  })
})
