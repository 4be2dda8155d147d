import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ok, type Result } from '../../../src/lib/fault.ts'
import { trimmed } from '../../../src/lib/text.ts'
import { readCustomField } from '../../../src/protocols/dhru/custom-field.ts'
import { Form } from '../../../src/protocols/dhru/form.ts'
import { type Parameters, readParameters } from '../../../src/protocols/dhru/parameters.ts'
import { readForm } from '../../../src/protocols/dhru/read-form.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** `read` reads a urlencoded body, byte for byte as given. */
const read = (body: string): Result<Parameters> =>
  readParameters(readForm('application/x-www-form-urlencoded', Buffer.from(body)) as Form)

/** `readText` reads `parameters`, with flat fields beside it. */
function readText(parameters: string, beside: Record<string, string> = {}): Result<Parameters> {
  const form = new Form()
  form.add('parameters', parameters)
  for (const [name, value] of Object.entries(beside)) form.add(name, value)
  return readParameters(form)
}

const one = (fields: Record<string, string>): Result<Parameters> =>
  ok({ kind: 'one', fields: new Map(Object.entries(fields)) })
const many = (...rows: [key: string, fields: Record<string, string>][]): Result<Parameters> =>
  ok({
    kind: 'many',
    rows: rows.map(([key, fields]) => ({ key, fields: new Map(Object.entries(fields)), text: undefined })),
  })
const malformed = { ok: false, code: 'malformed_parameters' }

const ORDER = { ID: '1382', IMEI: '490154203237518' }
const order = one(ORDER)
const XML = '<PARAMETERS><ID>1382</ID><IMEI>490154203237518</IMEI></PARAMETERS>\n'
const escaped = (text: string): string =>
  text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
const JSON_ORDER = '{"ID":1382,"IMEI":"490154203237518"}'
const bulk = many(['77', { ID: '1', IMEI: 'a' }], ['78', { ID: '2', IMEI: 'b' }])
const BULK = '{"77":{"IMEI":"a","ID":1},"78":{"IMEI":"b","ID":2}}'

describe('one order', () => {
  it.each([
    ["the kit's XML", XML],
    ['XML with small tags', XML.toLowerCase()],
    ['XML whose tags open and close in different case', XML.replace('</ID>', '</Id>')],
    [
      'XML with a declaration, a comment and attributes',
      `<?xml version="1.0"?><!-- x -->${XML.replace('<ID>', '<ID a="1">')}`,
    ],
    ['XML with CDATA', XML.replace('1382', '<![CDATA[1382]]>')],
    ['XML with blanks between elements', XML.replaceAll('><', '>\r\n\t <')],
    ['XML fields without a block', '<ID>1382</ID><IMEI>490154203237518</IMEI>'],
    ['two XML roots, of which the last is meant', `<PARAMETERS><ID>7</ID><QNT>3</QNT></PARAMETERS>\n${XML}`],
    ['base64 of XML', base64(XML)],
    ['base64 of JSON', base64(JSON_ORDER)],
    ['base64 of JSON with blanks around it', base64(` ${JSON_ORDER}\r\n`)],
    ['plain JSON', JSON_ORDER],
    ['plain JSON with blanks around it', `\ufeff \n${JSON_ORDER}\n`],
    ['JSON with small names', JSON_ORDER.toLowerCase()],
    ['JSON with blanks around names and values', '{" id ":" 1382 ","IMEI\\n":"490154203237518\\t"}'],
    [
      'JSON with every other field empty',
      '{"QNT":"","MEP":null,"PIN":" ","ID":"1382","IMEI":490154203237518}',
    ],
    ['XML with blocks around the block', `<REQUEST><ORDER>${XML}</ORDER></REQUEST>`],
    ['base64 of XML that was escaped', base64(escaped(XML))],
    ['base64 of JSON that was escaped', base64(escaped(JSON_ORDER))],
    ['base64 of JSON in percent signs', base64(encodeURIComponent(JSON_ORDER))],
    ['base64 in percent signs', encodeURIComponent(base64(`${JSON_ORDER} `))],
    ['base64 of base64', base64(base64(JSON_ORDER))],
    ['base64 of base64 of XML', base64(base64(XML))],
    ['base64 of a form', base64('ID=1382&IMEI=490154203237518')],
    ['a form that begins with another name', 'QNT=&CUSTOMFIELD=&ID=1382&IMEI=490154203237518'],
    ['a form as it stands in a URL', '?ID=1382&IMEI=490154203237518'],
    ['marks round names and values', '{"\u200eID":"\u200e1382\u200f","IMEI":"\ufeff490154203237518\u202c"}'],
    ['a block in JSON', `{"PARAMETERS":${JSON_ORDER}}`],
  ])('is read from %s', (_words, parameters) => {
    const read = readText(parameters)
    const [row] = read.ok && read.value.kind === 'many' ? read.value.rows : []
    expect(row ? ok({ kind: 'one', fields: row.fields }) : read).toEqual(order)
  })

  it.each([
    ['named as in the tables of the contract', 'parameters.ID=1382&parameters.IMEI=490154203237518'],
    ['named as PHP makes these names', 'parameters_id=1382&PARAMETERS_IMEI=490154203237518'],
    ['bracketed', 'action=x&parameters[ID]=1382&parameters[IMEI]=490154203237518'],
    ['bracketed and percent-encoded', 'parameters%5BID%5D=1382&Parameters%5Bimei%5D=490154203237518'],
    ['flat', 'ID=1382&IMEI=490154203237518&action=placeimeiorder'],
    ['flat in small letters', 'id=1382&imei=490154203237518'],
    ['flat beside empty parameters', 'ID=1382&IMEI=490154203237518&parameters='],
    ['flat beside a newline', 'ID=1382&IMEI=490154203237518&parameters=%0A'],
    ['flat beside base64 of null', 'ID=1382&IMEI=490154203237518&parameters=bnVsbA=='],
    ['flat beside an empty array', 'ID=1382&IMEI=490154203237518&parameters=[]'],
    ['flat beside an empty block', 'ID=1382&IMEI=490154203237518&parameters=<PARAMETERS></PARAMETERS>'],
    ['half flat, half in JSON', 'ID=1382&parameters={"IMEI":"490154203237518"}'],
    ['half flat, half in brackets', 'ID=1382&parameters[IMEI]=490154203237518'],
    ['in JSON, and what stands beside it loses', `ID=7&IMEI=x&parameters=${encodeURIComponent(JSON_ORDER)}`],
    [
      'in brackets, and what stands beside them loses',
      `ID=7&parameters[ID]=1382&parameters[IMEI]=490154203237518`,
    ],
    [
      'beside credentials of every name',
      'ID=1382&IMEI=490154203237518&user=u&KEY=k&api_key=k&requestformat=XML&idempotency_key=i',
    ],
    ['in base64 without padding', `parameters=${base64(JSON_ORDER).replaceAll('=', '')}`],
  ])('is read when its fields are %s', (_words, body) => {
    expect(read(body)).toEqual(order)
  })

  it('is read from a body that is JSON itself', () => {
    expect(read(`{"action":"placeimeiorder","parameters":${JSON_ORDER}}`)).toEqual(order)
  })

  it('is read from base64 in every alphabet, padding and line length, and where + became a blank', () => {
    // 36 characters whose base64 has both + and /.
    const json = '{"ID":"~~>??>ÿÿ~~~","IMEI":"ûïþÿ~?"}'
    const standard = base64(json)
    expect(standard).toMatch(/\+/)
    expect(standard).toMatch(/\//)
    const expected = one({ ID: '~~>??>ÿÿ~~~', IMEI: 'ûïþÿ~?' })
    const urlSafe = standard.replaceAll('+', '-').replaceAll('/', '_')
    for (const text of [
      standard,
      urlSafe,
      urlSafe.replaceAll('=', ''),
      standard.replaceAll(/.{20}/g, '$&\r\n'),
    ]) {
      expect(readText(text)).toEqual(expected)
    }
    // Not percent-encoded, so that the form turns + into a blank.
    expect(read(`parameters=${standard}`)).toEqual(expected)
  })

  it('has its XML entities decoded once, named and numeric, and keeps what is no entity', () => {
    const value = 'A&amp;B &#x41;&#65; &eacute;&nbsp;&lt;b&gt; AT&T &copy &amp;amp; &unknown; a < b'
    expect(readText(`<PARAMETERS><INFO>${value}</INFO></PARAMETERS>`)).toEqual(
      one({ INFO: 'A&B AA é\u00a0<b> AT&T &copy &amp; &unknown; a < b' }),
    )
  })

  it('expands no entity that the XML declares itself', () => {
    const dtd = '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    expect(readText(`${dtd}<PARAMETERS><ID>&a;&f;</ID></PARAMETERS>`)).toEqual(one({ ID: '&a;&f;' }))
  })

  it('keeps nested values as JSON, and turns numbers and booleans into text', () => {
    expect(readText('{"CUSTOMFIELD":{"a":[1]},"LIST":[1,"2"],"N":1.5,"B":true}')).toEqual(
      one({ CUSTOMFIELD: '{"a":[1]}', LIST: '[1,"2"]', N: '1.5', B: 'true' }),
    )
    expect(readText('{"CUSTOMFIELD":{"a":"1"}}')).toEqual(one({ CUSTOMFIELD: '{"a":"1"}' }))
    expect(read('parameters[ID]=1&parameters[CUSTOMFIELD][a]=b')).toEqual(
      one({ ID: '1', CUSTOMFIELD: '{"a":"b"}' }),
    )
  })

  it('keeps every digit of a long number', () => {
    expect(readText('{"ID":1,"IMEI":8901234567890123456,"Q":1.5}')).toEqual(
      one({ ID: '1', IMEI: '8901234567890123456', Q: '1.5' }),
    )
    expect(readText('{"ID":1,"IMEI":"89012345678901234567"}')).toEqual(
      one({ ID: '1', IMEI: '89012345678901234567' }),
    )
  })

  it('takes the first value that is not empty of a name that comes in several cases', () => {
    expect(readText('{"id":"","Id":"7","ID":"8"}')).toEqual(one({ ID: '7' }))
    expect(readText('<P><id/><Id>7</Id><ID>8</ID></P>')).toEqual(one({ ID: '7' }))
    expect(read('parameters[id]=&parameters[Id]=7&parameters[ID]=8')).toEqual(one({ ID: '7' }))
  })

  it('may have fields named like what objects have by nature', () => {
    const fields = new Map([
      ['__PROTO__', '1'],
      ['CONSTRUCTOR', '2'],
    ])
    expect(readText('{"__proto__":"1","constructor":"2"}')).toEqual(ok({ kind: 'one', fields }))
    expect(read('parameters[__proto__]=1&parameters[constructor]=2')).toEqual(ok({ kind: 'one', fields }))
    expect(read('__proto__=1&constructor=2')).toEqual(ok({ kind: 'one', fields }))
  })
})

describe('many orders', () => {
  it.each([
    ['base64 of an object under row ids', `parameters=${base64(BULK)}`],
    ['plain JSON', `parameters=${encodeURIComponent(BULK)}`],
    [
      'XML in which a block has its id',
      'parameters=<PARAMETERS><ROW id="77"><IMEI>a</IMEI><ID>1</ID></ROW><ROW ID="78"><IMEI>b</IMEI><ID>2</ID></ROW></PARAMETERS>',
    ],
    [
      'brackets',
      'parameters[77][IMEI]=a&parameters[77][ID]=1&parameters[78][IMEI]=b&parameters[78][id]=2&ID=9',
    ],
  ])('are read from %s', (_words, body) => {
    expect(read(body)).toEqual(bulk)
  })

  it('of an array have the keys "0", "1", ...', () => {
    const rows = many(['0', { IMEI: 'a', ID: '1' }], ['1', { IMEI: 'b', ID: '2' }])
    const array = '[{"IMEI":"a","ID":1},{"IMEI":"b","ID":2}]'
    expect(readText(array)).toEqual(rows)
    const block = (imei: string, id: number) => `<ORDER><IMEI>${imei}</IMEI><ID>${id}</ID></ORDER>`
    expect(readText(`<REQUEST><ORDERS>${block('a', 1)}${block('b', 2)}</ORDERS></REQUEST>`)).toEqual(rows)
    const twice = '<P><ROW id="7"><ID>1</ID></ROW><ROW id="7"><ID>2</ID></ROW></P>'
    expect(readText(twice)).toEqual(many(['0', { ID: '1' }], ['1', { ID: '2' }]))
    expect(readText(base64(array))).toEqual(rows)
  })

  it('keep the order in which they came, but for keys that look like integers, which come first', () => {
    const parameters = readText('{"b":{"ID":1},"a":{"ID":2},"9":{"ID":3}}')
    expect(parameters).toEqual(many(['9', { ID: '3' }], ['b', { ID: '1' }], ['a', { ID: '2' }]))
  })

  it('have keys of any kind, told apart by case', () => {
    expect(readText('{"A-1":{"ID":1},"a-1":{"ID":2},"__proto__":{"ID":3}}')).toMatchObject({
      value: { rows: [{ key: 'A-1' }, { key: 'a-1' }, { key: '__proto__' }] },
    })
    expect(read('parameters[A][ID]=1&parameters[a][ID]=2&parameters[__proto__][ID]=3')).toMatchObject({
      value: { rows: [{ key: 'A' }, { key: 'a' }, { key: '__proto__' }] },
    })
  })

  it.each([
    ['halves of surrogate pairs', '\\udfff', '\\ud800'],
    ['characters that XML has not', '\\ufffe', '\\uffff'],
    ['control characters', '\\u0001', '\\u0002'],
    ['what stands for one, and one', '\\ufffd', '\\u0000'],
  ])('must not have keys that an answer says alike: %s', (_what, a, b) => {
    const rows = (other: string): string => `{"a${a}":{"ID":1},"a${other}":{"ID":2}}`
    expect(readText(rows(b))).toMatchObject({
      ...malformed,
      faults: [{ message: 'two rows have keys that an answer cannot tell apart' }],
    })
    expect(readText(rows(`${b}b`))).toMatchObject({ value: { rows: [{}, {}] } })
  })

  it('keep rows that are no objects, with their text where they have one', () => {
    const row = (key: string, text?: string) => ({ key, fields: undefined, text })
    expect(readText('["321",322,null,[1],{}]')).toMatchObject({
      value: {
        kind: 'many',
        rows: [
          row('0', '321'),
          row('1', '322'),
          row('2'),
          row('3'),
          { key: '4', fields: new Map(), text: undefined },
        ],
      },
    })
  })
})

describe('nothing given', () => {
  it.each([
    '',
    '\n',
    ' \r\n\t',
    'bnVsbA==',
    'bnVsbA',
    'null',
    '""',
    '[]',
    '{}',
    'W10=',
    'e30=',
    'Cg==',
    '{"ID":"","IMEI":null}',
    '<PARAMETERS></PARAMETERS>',
    '<PARAMETERS/>',
    '<P><ID></ID><IMEI> </IMEI></P>',
  ])('is what %j says', (parameters) => {
    expect(readText(parameters)).toEqual(ok({ kind: 'none' }))
  })

  it('is what a request without parameters says', () => {
    expect(read('username=u&apiaccesskey=k&action=accountinfo&requestformat=JSON')).toEqual(
      ok({ kind: 'none' }),
    )
    expect(read('ID=&IMEI=+&parameters[ID]=')).toEqual(ok({ kind: 'none' }))
  })
})

describe('what cannot be read', () => {
  it.each([
    ['words', 'hello world', 'neither JSON, XML nor base64'],
    ['a bare number', '1382', 'neither'],
    ['base64 of words', base64('hello'), 'neither'],
    ['base64 of a number', base64('5'), 'neither'],
    ['bytes of nothing', '\0\0', 'neither'],
    ['JSON that is cut off', '{"ID":1382,"IM', 'JSON cannot be read'],
    ['base64 of JSON that is cut off', base64('{"ID":1382,"IM'), 'JSON cannot be read'],
    ['a JSON text', '"1382"', 'object or array is expected'],
    ['XML without elements', '<!-- x --> 1', 'no elements'],
    ['XML that ends inside a value', '<PARAMETERS><ID>1382</ID><IMEI>49015', 'ends inside PARAMETERS'],
    ['XML that ends inside its block', '<PARAMETERS><ID>1382</ID>', 'ends inside PARAMETERS'],
    ['JSON that is nested too deep', `{"A":${'['.repeat(8)}${']'.repeat(8)}}`, 'nested deeper than 8 levels'],
    [
      'JSON that is nested far too deep',
      `{"A":${'['.repeat(300_000)}${']'.repeat(300_000)}}`,
      'nested deeper',
    ],
    ['JSON of brackets', '['.repeat(300_000), 'nested deeper than 8 levels'],
    ['long numbers nested far too deep', `${'['.repeat(300_000)}1234567890123456${']'.repeat(300_000)}`, ''],
    ['XML that is nested too deep', `${'<A>'.repeat(9)}${'</A>'.repeat(9)}`, 'nested deeper than 8 levels'],
    ['XML that is nested far too deep', '<A>'.repeat(90_000), 'more than 2000 tags'],
  ])('says so: %s', (_words, parameters, why) => {
    expect(readText(parameters)).toEqual({
      ...malformed,
      faults: [{ path: [], message: expect.stringContaining(why) }],
    })
  })

  it('is malformed even when fields stand beside it: nobody guesses which were meant', () => {
    expect(readText('{"ID":', ORDER)).toMatchObject(malformed)
  })

  it('is a row of more than 100 fields, in every encoding', () => {
    const names = Array.from({ length: 101 }, (_, i) => `f${i}`)
    const object = Object.fromEntries(names.map((name) => [name, 'x']))
    const xml = `<P>${names.map((name) => `<${name}>x</${name}>`).join('')}</P>`
    const tooMany = { ...malformed, faults: [{ path: [], message: 'more than 100 fields in a row' }] }
    expect(readText(JSON.stringify(object))).toEqual(tooMany)
    expect(readText(JSON.stringify([object]))).toEqual(tooMany)
    expect(readText(xml)).toEqual(tooMany)
    expect(read(names.map((name) => `${name}=x`).join('&'))).toEqual(tooMany)
    expect(read(names.map((name) => `parameters[${name}]=x`).join('&'))).toEqual(tooMany)
    expect(read(names.map((name) => `parameters[1][${name}]=x`).join('&'))).toEqual(tooMany)
    delete object['f0']
    expect(readText(JSON.stringify(object))).toMatchObject({ value: { kind: 'one' } })
    expect(readText(JSON.stringify(object), { beside: 'x' })).toEqual(tooMany)
  })

  it('is nesting beyond 8 levels in brackets', () => {
    expect(read(`parameters[1]${'[a]'.repeat(8)}=x`)).toMatchObject(malformed)
    expect(read(`parameters${'[a]'.repeat(100_000)}=x`)).toMatchObject(malformed)
  })
})

describe('CUSTOMFIELD', () => {
  it.each([
    ['base64 of an object', base64('{"imei":"1","Serial No":2}'), { IMEI: '1', 'SERIAL NO': '2' }],
    ['an object', '{"imei":"1","x":{"y":{}}}', { IMEI: '1', X: '{"y":{}}' }],
    ['an object of objects', '{"x":{"y":1}}', { X: '{"y":1}' }],
    ['base64 of null', 'bnVsbA==', {}],
    ['null', 'null', {}],
    ['nothing', ' ', {}],
    ['an empty array, as PHP encodes no fields', '[]', {}],
    ['base64 of an empty array', 'W10=', {}],
    ['a list of objects', '[{"imei":"1"},{"Serial No":2}]', { IMEI: '1', 'SERIAL NO': '2' }],
    [
      'a list of names and values',
      '[{"fieldname":"E-mail","value":"a"},{"name":"b","value":1}]',
      { 'E-MAIL': 'a', B: '1' },
    ],
    ['a list of names without values', base64('[{"fieldname":"E-mail","value":""}]'), {}],
    ['XML', '<P><A>1</A></P>', { A: '1' }],
    ['base64 of base64', base64(base64('{"a":"1"}')), { A: '1' }],
    ['JSON with entities', '{&quot;a&quot;:&quot;1&quot;}', { A: '1' }],
  ])('is read from %s', (_words, text, fields) => {
    expect(readCustomField(text)).toEqual({ ok: true, value: new Map(Object.entries(fields)) })
  })

  it.each(['x', 'someone@example.com', '@@@', 'MTIzNDU', '"x'])('is a plain text, as %j', (text) => {
    expect(readCustomField(text)).toEqual({ ok: true, value: text })
  })

  it.each(['"x"', base64('"x"'), ' "x" ', '["x"]', '{"0":"x"}', '{"1":"x"}'])(
    'is the plain text in JSON that is a text, or a list of one, as %j',
    (text) => {
      expect(readCustomField(text)).toEqual({ ok: true, value: 'x' })
    },
  )

  it.each(['{', '[1,2]', base64('[[1]]'), `{"a":${'['.repeat(9)}${']'.repeat(9)}}`])(
    'is malformed as %j',
    (text) => {
      expect(readCustomField(text)).toMatchObject(malformed)
    },
  )
})

describe('any parameters', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map(base64),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
    fc
      .array(
        fc.constantFrom(
          '<',
          '>',
          '</',
          '/>',
          'ID',
          'P',
          '<P>',
          '</P>',
          '<ID>',
          '&',
          '&#x',
          '1;',
          '<![CDATA[',
          ']]>',
          '<!--',
          '-->',
          '"',
          '<?',
          '\0',
        ),
      )
      .map((tokens) => tokens.join('')),
  )

  it('and any fields beside them are read without a throw, into what is well-defined', () => {
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('parameters[1][ID]', 'parameters[ID]', 'parameters[]', 'id'),
    )
    fc.assert(
      fc.property(anything, fc.array(fc.tuple(name, anything), { maxLength: 5 }), (text, beside) => {
        const form = new Form()
        form.add('parameters', text)
        for (const [field, value] of beside) form.add(field, value)
        const result = readParameters(form)
        const parameters: Parameters = result.ok ? result.value : { kind: 'none' }
        const rows =
          parameters.kind === 'one' ? [parameters] : parameters.kind === 'many' ? parameters.rows : []
        for (const { fields } of rows) {
          for (const [key, value] of fields ?? []) {
            expect(key).toBe(key.trim().toUpperCase())
            expect(value).toBe(value.trim())
            expect(value).not.toBe('')
          }
        }
        if (parameters.kind === 'one') expect(parameters.fields.size).toBeGreaterThan(0)
        if (parameters.kind === 'many') expect(parameters.rows.length).toBeGreaterThan(0)
      }),
      { numRuns: 3000 },
    )
  })

  it('mean the same in every encoding', () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => trimmed(text) === text && text !== '')
    const names = fc.constantFrom('ID', 'IMEI', 'QNT', 'REFERENCE', 'NETWORK')
    fc.assert(
      fc.property(fc.dictionary(names, value, { minKeys: 1, noNullPrototype: true }), (fields) => {
        const expected = one(fields)
        const json = JSON.stringify(fields)
        const query = (name: (field: string) => string): string =>
          Object.entries(fields)
            .map(([field, text]) => `${encodeURIComponent(name(field))}=${encodeURIComponent(text)}`)
            .join('&')
        // As the kit's htmlentities and a numeric escaper write it.
        const xml = (escaped: (text: string) => string): string =>
          `<PARAMETERS>${Object.entries(fields)
            .map(([field, text]) => `<${field}>${escaped(text)}</${field}>`)
            .join('')}</PARAMETERS>`
        const numeric = (text: string): string =>
          [...text].map((char) => `&#x${char.codePointAt(0)?.toString(16)};`).join('')
        const named = (text: string): string =>
          text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
        expect(readText(json)).toEqual(expected)
        expect(readText(base64(json))).toEqual(expected)
        expect(read(query((field) => field))).toEqual(expected)
        expect(read(query((field) => `parameters[${field}]`))).toEqual(expected)
        expect(readText(xml(numeric))).toEqual(expected)
        expect(readText(xml(named))).toEqual(expected)
      }),
    )
  })
})
