import { describe, expect, it, test } from 'vitest'
import { Refusal } from '../../src/errors.ts'
import { channelKinds } from '../../src/integrations/channels/index.ts'
import { gatewayKinds } from '../../src/integrations/gateways/index.ts'
import { Credentials } from '../../src/integrations/kit/credentials.ts'
import { isNeeded } from '../../src/integrations/kit/fields.ts'
import {
  checkFields,
  completeSettings,
  readSecrets,
  secretsSet,
  shownSettings,
} from '../../src/integrations/kit/kind.ts'
import { registry } from '../../src/integrations/kit/registry.ts'
import { supplierKinds } from '../../src/integrations/suppliers/index.ts'
import type { Attribute } from '../../src/lib/attributes.ts'
import { faultsIn, orThrow } from '../../src/lib/fault.ts'
import { Sealer } from '../../src/secrets/sealer.ts'

const sealer = new Sealer(Buffer.alloc(32, 1))
const foreign = new Sealer(Buffer.alloc(32, 2))

/** `samples` has a value for each type of field. */
const samples = [
  ...['word', 'https://example.test', 'mail.example.com', 'shop@example.test', `123:${'a'.repeat(20)}`],
  ...[`whsec_${Buffer.alloc(32, 7).toString('base64')}`, true, 60, [60], { a: 'b' }],
]

/** `valid` makes a value that a field takes. */
const valid = ({ choices, read, fault }: Attribute): unknown =>
  [...(choices ?? []), ...samples].find((value) => {
    try {
      return fault(read(value)) === undefined
    } catch {
      return false
    }
  })

const every = [supplierKinds, gatewayKinds, channelKinds].flatMap((kinds) =>
  kinds.kinds.map((kind) => ({ kinds, noun: kinds.noun, ...kind })),
)

describe.each(every)('$noun of kind $kind', (kind) => {
  const { fields } = kind
  const plain = Object.entries(fields).filter(([, { secret }]) => !secret)
  const secrets = Object.entries(fields).filter(([, { secret }]) => secret)
  const needed = Object.fromEntries(
    plain.flatMap(([name, field]) => (isNeeded(field) ? [[name, valid(field)]] : [])),
  )

  it('names everything that is missing or unknown at once', () => {
    const faults = faultsIn(checkFields(kind, { strange: 1 }, { secret: false }))
    expect(faults.map(({ path }) => path[0])).toEqual(['strange', ...Object.keys(needed)])
    const missing = faultsIn(checkFields(kind, { strange: 'x' }, { secret: true }))
    const required = secrets.flatMap(([name, field]) => (isNeeded(field) ? [name] : []))
    expect(missing.map(({ path }) => path[0])).toEqual(['strange', ...required])
  })

  it('completes the defaults, each a value that the field takes', () => {
    const complete = orThrow(completeSettings(kind, needed))
    for (const [name, field] of plain) {
      if (field.default !== undefined) expect(complete[name]).toEqual(field.default)
    }
    expect(shownSettings(kind, { strange: 1 })).toEqual({ strange: 1 })
  })

  it.each(plain.map(([name, field]) => ({ name, field })))('checks $name', ({ name, field }) => {
    const faultsOf = (value: unknown) =>
      faultsIn(checkFields(kind, { ...needed, [name]: value }, { secret: false }))
    expect(faultsOf(valid(field))).toEqual([])
    expect(faultsOf(17n)).toMatchObject([{ path: [name] }])
    if (valid(field) === 'word') expect(faultsOf('a\u0000b')).toMatchObject([{ path: [name] }])
    if (field.choices) expect(faultsOf('another')).toMatchObject([{ path: [name] }])
  })

  it('seals secrets for their owner, says only which are set, and refuses a foreign key', async () => {
    const given = Object.fromEntries(
      secrets.map(([name, field]) => [
        name,
        valid(field) === 'word' ? `hidden-${name}` : String(valid(field)),
      ]),
    )
    const set = orThrow(readSecrets(kind, given))
    expect(secretsSet(kind, set)).toEqual(Object.fromEntries(secrets.map(([name]) => [name, true])))
    if (secrets.length === 0) return
    const credentials = new Credentials(kind.kinds)
    const row = { id: 7, kind: kind.kind, settings: {}, secrets: null }
    const { secrets: sealed = null } = await credentials.change(row, given, async () => sealer)
    for (const secret of Object.values(given)) expect(sealed?.toString('latin1')).not.toContain(secret)
    expect(credentials.openSecrets({ id: 7, secrets: sealed }, sealer)).toEqual(given)
    expect(credentials.show({ ...row, id: 8, secrets: sealed }, sealer)).toMatchObject({ secrets: null })
    const beside = (key: Sealer) =>
      credentials.change(
        { ...row, id: 8 },
        given,
        async () => key,
        async () => [{ id: 7, secrets: sealed }],
      )
    await expect(beside(foreign)).rejects.toThrow(Refusal)
    expect(await beside(sealer)).toMatchObject({ secrets: expect.any(Buffer) })
  })

  it('names a wrong secret without showing it', () => {
    for (const [name] of secrets) {
      const faults = faultsIn(checkFields(kind, { [name]: 'hid\u0000den' }, { secret: true }))
      const fault = faults.find(({ path }) => path[0] === name)
      expect(fault).toBeDefined()
      expect(fault?.message).not.toContain('hid')
    }
  })
})

test('earlier names of kinds are understood, and a name is given once', () => {
  expect(supplierKinds.get('rest').kind).toBe('cekceir')
  expect(gatewayKinds.get('manual').kind).toBe('bank-transfer')
  expect(() => supplierKinds.get('fax')).toThrow('kind: must be one of dhru, cekceir')
  const twice = supplierKinds.get('dhru')
  expect(() => registry('supplier', [twice, twice])).toThrow('two kinds of supplier are called dhru')
})
