import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Form, readRequest } from '../../../src/protocols/dhru/form.ts'
import { readForm } from '../../../src/protocols/dhru/read-form.ts'

const URLENCODED = 'application/x-www-form-urlencoded'

const form = async (body: string | Buffer, contentType: string | undefined = URLENCODED): Promise<Form> =>
  await readForm(contentType, Buffer.from(body as string))

const fieldsOf = (read: Form): Record<string, string> =>
  Object.fromEntries([...read.fields.values()].map(({ name, value }) => [name, value]))

/** `multipart` gives the bytes that PHP's curl sends for an array of fields. */
function multipart(fields: [name: string, value: string][], boundary: string): string {
  const parts = fields.map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  return `${parts.join('')}--${boundary}--\r\n`
}

const BOUNDARY = '------------------------d74496d66958873e'
const MULTIPART = `multipart/form-data; boundary=${BOUNDARY}`
const kit = multipart(
  [
    ['username', 'shop'],
    ['apiaccesskey', 'ABC-DEF'],
    ['action', 'accountinfo'],
    ['requestformat', 'JSON'],
    ['parameters', '\n'],
  ],
  BOUNDARY,
)

describe('a urlencoded body', () => {
  it.each([
    ['plain fields', 'a=1&b=2', { a: '1', b: '2' }],
    ['blanks as + and as %20', 'a=x+y&b=x%20y', { a: 'x y', b: 'x y' }],
    [
      'base64 whose padding is not encoded',
      'parameters=eyJJRCI6IjEifQ==',
      { parameters: 'eyJJRCI6IjEifQ==' },
    ],
    ['UTF-8', 'a=%C3%A9%E2%82%AC', { a: 'é€' }],
    ['Latin-1, which stays encoded', 'a=caf%E9', { a: 'caf%E9' }],
    ['a lone percent sign', 'a=100%&b=%zz', { a: '100%', b: '%zz' }],
    ['names without values, values without names', 'a&=x&b=', { a: '', b: '' }],
    ['NUL', 'a=x%00y', { a: 'x\0y' }],
    ['names round which blanks stand', '+a+=1&%20b=2', { a: '1', b: '2' }],
    ['what stands behind the ? of a URL', '?a=1&b=?', { a: '1', b: '?' }],
    ['what PHP was set to put &amp; between', 'a=1&amp;b=2&amp;c=', { a: '1', b: '2', c: '' }],
    [
      'the values of a list',
      'a[]=1&a[]=&A[]=x&a[]=2&b=3',
      { 'a[0]': '1', 'a[1]': '', 'A[0]': 'x', 'a[2]': '2', b: '3' },
    ],
    ['names round which marks stand', '%E2%80%8Ea=1&%EF%BB%BFb%E2%80%AC=2', { a: '1', b: '2' }],
    ['nothing', '', {}],
  ])('gives %s', async (_words, body, fields) => {
    expect(fieldsOf(await form(body))).toEqual(fields)
  })

  it.each([undefined, '', 'text/plain', 'application/octet-stream', '\0', URLENCODED.toUpperCase()])(
    'is read under the content type %j too',
    async (contentType) => {
      const read = await readForm(contentType, Buffer.from('action=accountinfo'))
      expect(read.get('action')).toBe('accountinfo')
    },
  )

  it('gives the first value that is not empty of a field that comes more than once, in whatever case', async () => {
    expect((await form('id=&ID=+&Id=7&iD=8')).get('id')).toBe('7')
  })

  it('takes names that objects have by nature for plain names', async () => {
    const read = await form('__proto__=1&constructor=2&hasOwnProperty=3&toString=4')
    expect([...read.fields.values()].map(({ name, value }) => `${name}=${value}`)).toEqual([
      '__proto__=1',
      'constructor=2',
      'hasOwnProperty=3',
      'toString=4',
    ])
    expect((await form('')).get('constructor')).toBeUndefined()
  })

  it('gives a field of bytes that are no UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('action=x'), Buffer.from([0xff, 0xc3]), Buffer.from('&b=2')])
    expect(fieldsOf(await form(body))).toEqual({ action: 'x\ufffd\ufffd', b: '2' })
  })
})

describe('a JSON body', () => {
  it.each(['application/json', undefined, URLENCODED])(
    'is read when it is an object, under the content type %j',
    async (contentType) => {
      const body = '\ufeff {"Action":"accountinfo","n":5,"yes":true,"no":null,"__proto__":"p"}'
      const read = await readForm(contentType, Buffer.from(body))
      expect(fieldsOf(read)).toEqual({ Action: 'accountinfo', n: '5', yes: 'true', ['__proto__']: 'p' })
    },
  )

  it('keeps parameters that are an object or an array as JSON', async () => {
    expect(fieldsOf(await form('{"parameters":{"ID":1}}'))).toEqual({ parameters: '{"ID":1}' })
    expect(fieldsOf(await form('{"parameters":[{"ID":1}]}'))).toEqual({ parameters: '[{"ID":1}]' })
  })

  it('keeps every digit of a number that a float cannot hold', async () => {
    const read = await form('{"IMEI":8901234567890123456,"parameters":{"IMEI":8901234567890123456}}')
    expect(fieldsOf(read)).toEqual({
      IMEI: '8901234567890123456',
      parameters: '{"IMEI":8901234567890123456}',
    })
  })

  it('is read however deep its values are nested: that is said where they are read', async () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
    expect((await form(`{"action":"x","parameters":${deep}}`)).get('parameters')).toBe(deep)
  })

  it('gives the last of two members of one name, and what is inside of texts is text', async () => {
    const body = '{ "id" : 1 , "id": "}\\",\\"a\\":{" , "yes" : [ "]" , {} ] , "s": "\\u0041\\\\" }'
    expect(fieldsOf(await form(body))).toEqual({ id: '}","a":{', yes: '[ "]" , {} ]', s: 'A\\' })
  })

  it.each(['{', '{"a":', '{]', `{"a":${'['.repeat(500_000)}`])(
    'is tried as urlencoded when it cannot be read (%#)',
    async (body) => {
      expect((await form(body)).get('action')).toBeUndefined()
    },
  )
})

describe('a multipart body', () => {
  it('is read as the kit sends it, with one newline for parameters', async () => {
    const read = await form(kit, MULTIPART)
    expect(fieldsOf(read)).toEqual({
      username: 'shop',
      apiaccesskey: 'ABC-DEF',
      action: 'accountinfo',
      requestformat: 'JSON',
      parameters: '\n',
    })
  })

  it.each([
    ['the type in capitals', 'Multipart/Form-Data; Boundary='],
    ['a charset before the boundary', 'multipart/form-data; charset=UTF-8; boundary='],
    ['a blank before the type', ' multipart/form-data; boundary='],
  ])('is read with %s', async (_words, contentType) => {
    expect((await form(kit, contentType + BOUNDARY)).get('username')).toBe('shop')
  })

  it.each(['', '; boundary', '; boundary=', '; boundary=other', '; boundary="other;"; charset=UTF-8'])(
    'is read by the boundary that it begins with when its header has "%s"',
    async (parameter) => {
      expect((await form(kit, `multipart/form-data${parameter}`)).get('parameters')).toBe('\n')
    },
  )

  it('is read by the boundary of its header when something stands before the first part', async () => {
    expect((await form(`a preamble\r\n${kit}`, MULTIPART)).get('parameters')).toBe('\n')
  })

  it.each([URLENCODED, 'application/json', 'text/plain', undefined])(
    'is read where its type was set by hand to %s',
    async (contentType) => {
      expect(fieldsOf(readForm(contentType, Buffer.from(kit)))).toEqual(fieldsOf(await form(kit, MULTIPART)))
    },
  )

  it('gives the content of a field that was sent as a file', async () => {
    const body =
      '--X\r\nContent-Disposition: form-data; name="parameters"; filename="p.xml"\r\n' +
      'Content-Type: application/octet-stream\r\n\r\n<PARAMETERS/>\r\n--X--\r\n'
    expect(fieldsOf(await form(body, 'multipart/form-data; boundary=X'))).toEqual({
      parameters: '<PARAMETERS/>',
    })
  })

  it('that is cut off gives the fields before the cut, and never half a value', async () => {
    const whole = fieldsOf(await form(kit, MULTIPART))
    for (let length = 0; length < kit.length; length++) {
      expect(whole).toMatchObject(fieldsOf(await form(kit.slice(0, length), MULTIPART)))
    }
    expect((await form(kit.slice(0, kit.indexOf('ABC-DEF') + 3), MULTIPART)).get('username')).toBe('shop')
  })

  it.each([
    ['the wrong boundary', `a preamble\r\n${kit}`, 'multipart/form-data; boundary=other'],
    ['an empty boundary', `a preamble\r\n${kit}`, 'multipart/form-data; boundary='],
    ['no body', '', MULTIPART],
    ['another multipart type', kit, `multipart/mixed; boundary=${BOUNDARY}`],
    ['junk', 'a=1&b=2', 'multipart/form-data; boundary=X'],
    [
      'no names',
      '--X\r\n\r\nx\r\n--X\r\nContent-Disposition: form-data\r\n\r\ny\r\n--X--',
      'multipart/form-data; boundary=X',
    ],
    ['headers without an end', `--X\r\n${'A: b\r\n'.repeat(100_000)}`, 'multipart/form-data; boundary=X'],
  ])('with %s gives no fields', async (_words, body, contentType) => {
    expect(fieldsOf(await form(body, contentType))).toEqual({})
  })

  it('gives the other parts when one has headers that are too long', async () => {
    const long = `--X\r\nContent-Disposition: form-data; name="long"\r\nA: ${'b'.repeat(200_000)}\r\n\r\nx\r\n`
    const body = `--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n${long}--X--\r\n`
    expect((await form(body, 'multipart/form-data; boundary=X')).get('a')).toBe('1')
  })
})

describe('a body of more than 5,000 fields', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, i): [string, string] => [`f${i}`, 'x'])
  const encodings: [name: string, contentType: string, body: (count: number) => string][] = [
    [
      'urlencoded',
      URLENCODED,
      (count) =>
        fields(count)
          .map((pair) => pair.join('='))
          .join('&'),
    ],
    ['JSON', 'application/json', (count) => JSON.stringify(Object.fromEntries(fields(count)))],
    ['multipart', 'multipart/form-data; boundary=X', (count) => multipart(fields(count), 'X')],
  ]

  it.each(encodings)('is cut there as %s', async (_name, contentType, body) => {
    const whole = await form(body(5000), contentType)
    expect([whole.isCut, Object.keys(fieldsOf(whole))]).toEqual([false, fields(5000).map(([name]) => name)])
    expect((await form(body(5001), contentType)).isCut).toBe(true)
  })

  it.each(['&', 'a&', '&lt;'])('counts every mark that may end a field: %s', async (mark) => {
    expect((await form(mark.repeat(5002))).isCut).toBe(true)
  })
})

describe('what every request says', () => {
  it.each(['username', 'api_username', 'user', 'UserName', 'USER'])(
    'takes the name from %s',
    async (name) => {
      expect(readRequest(await form(`${name}=+shop+`)).username).toBe('shop')
    },
  )

  it.each(['apiaccesskey', 'key', 'api_key', 'apikey', 'accesskey', 'ApiAccessKey', 'API_KEY'])(
    'takes the secret from %s',
    async (name) => {
      expect(readRequest(await form(`${name}=%20s3cret%0A`)).secret).toBe('s3cret')
    },
  )

  it('takes the first alias that has a value', async () => {
    expect(readRequest(await form('username=&user=shop&apiaccesskey=+&key=k')).username).toBe('shop')
    expect(readRequest(await form('username=&user=shop&apiaccesskey=+&key=k')).secret).toBe('k')
  })

  it.each([
    ['action=AccountInfo', 'accountinfo'],
    ['ACTION=+placeImeiOrder%0D%0A', 'placeimeiorder'],
    ['action=', ''],
    ['', ''],
  ])('reads the action of %j as %j', async (body, action) => {
    expect(readRequest(await form(body)).action).toBe(action)
  })

  it.each([
    ['XML', 'xml'],
    ['xml', 'xml'],
    ['+Xml%20', 'xml'],
    ['JSON', 'json'],
    ['', 'json'],
    ['XMLX', 'json'],
    ['%00', 'json'],
  ])('reads requestformat=%s as %s', async (sent, format) => {
    expect(readRequest(await form(`requestformat=${sent}`)).format).toBe(format)
  })

  it('reads the idempotency key, and leaves it out when it is blank', async () => {
    expect(readRequest(await form('Idempotency_Key=+k-1+')).idempotencyKey).toBe('k-1')
    expect(readRequest(await form('idempotency_key=+')).idempotencyKey).toBeUndefined()
  })
})

describe('any bytes under any content type', () => {
  const names = fc.constantFrom(
    'username',
    'ACTION',
    'parameters',
    '__proto__',
    'parameters[1][ID]',
    'requestformat',
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc
      .array(fc.tuple(fc.oneof(names, fc.string()), fc.string({ unit: 'binary' })))
      .map((fields) => Buffer.from(fields.map((field) => field.join('=')).join('&'))),
    fc.array(fc.tuple(fc.oneof(names, fc.string()), fc.string({ unit: 'binary' }))).chain((fields) => {
      const body = Buffer.from(multipart(fields, 'X'))
      return fc
        .tuple(fc.nat(body.length), fc.nat(body.length), fc.uint8Array({ maxLength: 20 }))
        .map(([from, to, junk]) => Buffer.concat([body.subarray(0, from), junk, body.subarray(to)]))
    }),
    fc.json().map((json) => Buffer.from(`{"parameters":${json}}`)),
  )
  const contentTypes = fc.oneof(
    fc.constantFrom(
      undefined,
      URLENCODED,
      'application/json',
      'multipart/form-data; boundary=X',
      'multipart/',
    ),
    fc.string().map((boundary) => `multipart/form-data; boundary=${boundary}`),
    fc.string({ unit: 'binary' }),
  )

  it('give a form of texts, and a request whose every part is well-defined', async () => {
    await fc.assert(
      fc.asyncProperty(contentTypes, bytes, async (contentType, body) => {
        const read = await readForm(contentType, body)
        for (const { name, value } of read.fields.values()) {
          expect(typeof value).toBe('string')
          expect(name).toBe(name.trim())
          expect(name).not.toBe('')
        }
        const request = readRequest(read)
        for (const text of [request.username, request.secret, request.action]) expect(text).toBe(text.trim())
        expect(request.action).toBe(request.action.toLowerCase())
        expect(['json', 'xml']).toContain(request.format)
        expect(request.idempotencyKey).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })

  it('and multipart fields come out as they went in, whatever their values', async () => {
    const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('--X'))
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 8 }), async (values) => {
        const fields = values.map((text, i): [string, string] => [`f${i}`, text])
        const read = await form(multipart(fields, 'X'), 'multipart/form-data; boundary=X')
        expect(fieldsOf(read)).toEqual(Object.fromEntries(fields))
      }),
    )
  })
})
