import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { encodeCustomField, encodeParameters, encodeRows } from '../../src/client/dhru/parameters.ts'
import { type DhruRequest, encodeRequest, type FormEncoding } from '../../src/client/dhru/request.ts'
import { orThrow } from '../../src/lib/fault.ts'
import { trimmed } from '../../src/lib/text.ts'
import { readCustomField } from '../../src/protocols/dhru/custom-field.ts'
import { type Form, readRequest } from '../../src/protocols/dhru/form.ts'
import { readParameters } from '../../src/protocols/dhru/parameters.ts'
import { readForm } from '../../src/protocols/dhru/read-form.ts'

const kit: DhruRequest = {
  username: 'shop',
  apiaccesskey: 'ABC-DEF',
  action: 'accountinfo',
  parameters: '\n',
}
const ENCODINGS: FormEncoding[] = ['multipart', 'urlencoded']

const decoded = async (request: DhruRequest, encoding: FormEncoding): Promise<Form> => {
  const { contentType, body } = encodeRequest(request, encoding)
  return await readForm(contentType, Buffer.from(body))
}

/** `text` gives texts that have broken encoders before, and any others. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '\r\n',
        '\n--',
        '--\r\n',
        'Content-Disposition: form-data; name="action"\r\n\r\naccountinfo',
        '&',
        '=',
        '+',
        '%41',
        '&amp;',
        '&#38;',
        '<IMEI>',
        ']]>',
        '</PARAMETERS>',
        '\0',
        '\ufeff',
        '\ufffe',
        'é€😀',
        ' ',
        'x',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
)
/** `value` gives texts that a server which trims leaves as they are. */
const value = text.map((one) => trimmed(one.toWellFormed())).filter((one) => one !== '')

describe('a request', () => {
  it("is the vendor's kit's five parts in its order, parameters being a newline when there are none", () => {
    const { contentType, body } = encodeRequest(kit, 'multipart')
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(contentType)?.[1]
    const part = (name: string, content: string): string =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`
    expect(body).toBe(
      [
        part('username', 'shop'),
        part('apiaccesskey', 'ABC-DEF'),
        part('action', 'accountinfo'),
        part('requestformat', 'JSON'),
        part('parameters', encodeParameters({}, 'xml')),
        `--${boundary}--\r\n`,
      ].join(''),
    )
    expect(encodeParameters({}, 'xml')).toBe('\n')
  })

  it('is urlencoded where a panel wants it so', () => {
    expect(encodeRequest({ ...kit, extra: { orderid: '7&8' } }, 'urlencoded')).toEqual({
      contentType: 'application/x-www-form-urlencoded',
      body: 'username=shop&apiaccesskey=ABC-DEF&action=accountinfo&requestformat=JSON&parameters=%0A&orderid=7%268',
    })
  })

  it.each(ENCODINGS)('sent as %s says to our own server just what it was made of', async (encoding) => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          username: value,
          apiaccesskey: value,
          action: value,
          parameters: value,
          key: value,
          id: value,
        }),
        async ({ key, id, ...request }) => {
          const form = await decoded({ ...request, extra: { idempotency_key: key, orderid: id } }, encoding)
          expect([...form.fields.values()].map(({ name }) => name)).toEqual([
            'username',
            'apiaccesskey',
            'action',
            'requestformat',
            'parameters',
            'idempotency_key',
            'orderid',
          ])
          expect(readRequest(form)).toMatchObject({
            username: request.username,
            secret: request.apiaccesskey,
            action: request.action.toLowerCase(),
            format: 'json',
            idempotencyKey: key,
          })
          expect([form.get('parameters'), form.get('orderid')]).toEqual([request.parameters, id])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('has a boundary that none of its values holds', async () => {
    const [known, other] = [
      '11111111-1111-4111-8111-111111111111',
      '22222222-2222-4222-8222-222222222222',
    ] as const
    const parameters = `a\r\n------dhru${known.replaceAll('-', '')}--\r\nb`
    const random = vi.spyOn(crypto, 'randomUUID').mockReturnValueOnce(known).mockReturnValueOnce(other)
    const { contentType, body } = encodeRequest({ ...kit, parameters }, 'multipart')
    random.mockRestore()
    expect(contentType).toContain(other.replaceAll('-', ''))
    expect((await readForm(contentType, Buffer.from(body))).get('parameters')).toBe(parameters)
  })

  it('keeps a field name from ending its header', async () => {
    const form = await decoded({ ...kit, extra: { 'a"\r\nx: y': '1' } }, 'multipart')
    expect([...form.fields.values()].at(-1)).toMatchObject({ name: 'a%22%0D%0Ax: y', value: '1' })
  })
})

describe('parameters', () => {
  /** `legal` leaves out the characters that XML has no place for. */
  const legal = (one: string): string => one.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '').trim()
  const names = ['ID', 'IMEI', 'QNT', 'NETWORK', 'REFERENCE', 'CUSTOMFIELD']
  const fields = fc.dictionary(fc.constantFrom(...names), value, { minKeys: 1 }).map((one) => ({ ...one }))

  it.each(['xml', 'base64', 'json'] as const)(
    'as %s say to our own server what they were made of',
    async (as) => {
      await fc.assert(
        fc.asyncProperty(fields, fc.constantFrom(...ENCODINGS), async (sent, encoding) => {
          const form = await decoded({ ...kit, parameters: encodeParameters(sent, as) }, encoding)
          const wanted = Object.entries(sent)
            .map(([name, one]) => [name, as === 'xml' ? legal(one) : one] as const)
            .filter(([, one]) => one !== '')
          const read = orThrow(readParameters(form))
          if (wanted.length === 0) expect(read).toEqual({ kind: 'none' })
          else expect(read).toEqual({ kind: 'one', fields: new Map(wanted) })
        }),
        { numRuns: 500 },
      )
    },
  )

  it.each(['base64', 'json'] as const)('of many orders as %s keep each order under its key', async (as) => {
    const rows = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/), fields), {
      minLength: 1,
      maxLength: 20,
      selector: ([key]) => key,
    })
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(...ENCODINGS), async (sent, encoding) => {
        const form = await decoded({ ...kit, parameters: encodeRows(sent, as) }, encoding)
        const read = orThrow(readParameters(form))
        if (read.kind !== 'many') return expect(sent.every(([key]) => /^customfield$/i.test(key))).toBe(true)
        expect(new Map(read.rows.map((row) => [row.key, row.fields]))).toEqual(
          new Map(sent.map(([key, one]) => [key, new Map(Object.entries(one))])),
        )
      }),
    )
  })

  it('are written by the kit in upper case, with every special character as a reference', () => {
    expect(encodeParameters({ id: '7', imei: `<&>"'\r\0\ud800` }, 'xml')).toBe(
      '<PARAMETERS><ID>7</ID><IMEI>&lt;&amp;&gt;&quot;&#39;&#13;\ufffd</IMEI></PARAMETERS>\n',
    )
    expect(() => encodeParameters({ 'a b': '1' }, 'xml')).toThrow('"a b" is no name of an XML element')
  })

  it('without a name of their own are in CUSTOMFIELD as our server reads it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[A-Z][A-Z _]{0,10}[A-Z]$/), value, { minKeys: 1 }),
        (sent) => {
          expect(readCustomField(encodeCustomField(sent))).toMatchObject({
            value: new Map(Object.entries(sent)),
          })
        },
      ),
    )
  })
})
