import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { Admission } from '../../src/admission/admission.ts'
import { findings } from '../../src/app/findings.ts'
import { codesOf } from '../../src/errors.ts'
import { fulfilmentGauges } from '../../src/fulfilment/gauges.ts'
import { consequences } from '../../src/fulfilment/people/choices.ts'
import { details } from '../../src/fulfilment/review-details.ts'
import { channelKinds } from '../../src/integrations/channels/index.ts'
import { gatewayKinds } from '../../src/integrations/gateways/index.ts'
import { supplierKinds } from '../../src/integrations/suppliers/index.ts'
import { failures } from '../../src/lib/failures.ts'
import { whys } from '../../src/lib/whys.ts'
import { events } from '../../src/notices/events.ts'
import { restCode } from '../../src/protocols/kit/refusal.ts'
import { routesOf } from '../../src/protocols/operator/routes.ts'
import { reasons } from '../../src/reasons.ts'
import { roles, staffPermissions } from '../../src/staff/roles.ts'
import { webhookGauges } from '../../src/webhooks/gauges.ts'
import { testDatabase } from '../support/postgres.ts'
import { buildIfOld } from './build.fixtures.ts'

/** `wordsIn` gives the messages of a language: the English text and its translation. A text over several lines is joined. */
function wordsIn(language: string): Map<string, string> {
  const text = readFileSync(new URL(`../../web/src/words/${language}.po`, import.meta.url), 'utf8')
  const joined = text.replace(/"\n"/g, '')
  const found = joined.matchAll(/^msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)*)"$/gm)
  return new Map([...found].map(([, id = '', translation = '']) => [id, translation]))
}

/** `partsOf` are the names of values and the tags of a message, which every language has; the branches of a plural are none. */
const partsOf = (message: string): string[] =>
  [...new Set(message.match(/(?<!plural,.*(?:one|other|=\d+) )\{\w+(?=[,}])|<\/?\d+\/?>/g))].toSorted()

describe.each(['id', 'es'])('the words of the pages in %s', (language) => {
  let english: Map<string, string>
  // The build collects the English ones.
  beforeAll(async () => {
    await buildIfOld()
    english = wordsIn('en')
  })

  test('none is missing: if one is, npm run web:words collects them', () => {
    const words = wordsIn(language)
    expect(english.size).toBeGreaterThan(500)
    expect([...english.keys()].filter((id) => !words.get(id))).toEqual([])
  })

  test('each has the values and tags of the English one', () => {
    const wrong = [...wordsIn(language)].filter(
      ([id, translation]) => translation !== '' && partsOf(id).join() !== partsOf(translation).join(),
    )
    expect(wrong).toEqual([])
  })
})

/** NOT_FOR_PEOPLE are refusals of keys, which no page is answered with. */
const NOT_FOR_PEOPLE = ['KEY_EXPIRED_ERROR', 'KEY_REVOKED_ERROR']

test('there are words for every refusal that a route of the operator or the portal can give', () => {
  const source = readFileSync(new URL('../../web/src/kit/fault-words.ts', import.meta.url), 'utf8')
  const said = [...source.matchAll(/^ {2}([A-Z_]+_ERROR): msg`[^`]+`,$/gm)].map(([, code]) => code)
  const codes = new Set([...codesOf('operator'), ...codesOf('portal')].map(restCode))
  expect(said.toSorted()).toEqual([...codes].filter((code) => !NOT_FOR_PEOPLE.includes(code)).toSorted())
})

const permissions = Object.fromEntries(
  Object.entries(staffPermissions).map(([name, { what }]) => [name, what]),
)

/** `tableIn` reads a table of words of a source of the pages: the texts by name. */
function tableIn(path: string, name: string): Map<string, string> {
  const source = readFileSync(new URL(`../../web/src/${path}`, import.meta.url), 'utf8')
  const [, table = ''] = new RegExp(`const ${name}: [^=]+ = \\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? []
  return new Map(
    [...table.matchAll(/^ {2}'?([\w. -]+)'?: msg`([^`]+)`,$/gm)].map(([, key = '', text = '']) => [
      key,
      text,
    ]),
  )
}

test.each([
  ['reason', 'kit/fault-words.ts', 'reasons', reasons],
  ['consequence of a decision', 'console/routes/inbox/consequences.ts', 'consequences', consequences],
  ['why something waits', 'console/details.ts', 'details', details],
  ['permission', 'console/routes/settings/permission-words.ts', 'permissions', permissions],
  ['role', 'kit/role-words.ts', 'roles', Object.fromEntries(roles.map((role) => [role, role]))],
])('there are words for every %s, with values that it has', (_, path, name, texts) => {
  const said = tableIn(path, name)
  expect([...said.keys()].toSorted()).toEqual(Object.keys(texts).toSorted())
  const valuesIn = (text: string) => [...text.matchAll(/\{(\w+)[},]/g)].map(([, value]) => value)
  const unknown = Object.entries<string>(texts).filter(([key, text]) => {
    // The page says milliseconds in seconds.
    const has = new Set(valuesIn(text).map((value) => (value === 'ms' ? 'seconds' : value)))
    return valuesIn(said.get(key) ?? '').some((value) => !has.has(value))
  })
  expect(unknown).toEqual([])
})

describe('the words of what kinds are configured with', () => {
  const all = Object.entries({ supplier: supplierKinds, gateway: gatewayKinds, channel: channelKinds })
  const kinds = all.flatMap(([sort, { kinds: those }]) => those.map((kind) => ({ sort, ...kind })))
  const fields = kinds.flatMap(({ kind, fields: those }) =>
    Object.entries(those).map(([name, field]) => ({ kind, name, field })),
  )
  const words = (name: string) => tableIn('console/kind-words.ts', name)
  const unknown = (table: Map<string, string>, known: Iterable<string>) => {
    const names = new Set(known)
    return [...table.keys()].filter((key) => !names.has(key))
  }

  test('each kind is called as by the server, and each address has its words', () => {
    expect([...words('kinds')].toSorted()).toEqual(
      kinds.map(({ sort, kind, label }) => [`${sort}.${kind}`, label]).toSorted(),
    )
    expect([...words('addresses').keys()].toSorted()).toEqual(channelKinds.names.toSorted())
  })

  test('each field is called as by the server, and has its help', () => {
    const labels = words('labels')
    const helps = words('helps')
    const named = fields.map(({ kind, name }) => [
      kind,
      name,
      labels.get(`${kind}.${name}`) ?? labels.get(name),
    ])
    expect(named).toEqual(fields.map(({ kind, name, field }) => [kind, name, field.label ?? name]))
    expect(fields.filter(({ kind, name }) => !helps.has(`${kind}.${name}`) && !helps.has(name))).toEqual([])
    const known = fields.flatMap(({ kind, name }) => [name, `${kind}.${name}`])
    expect([...unknown(labels, known), ...unknown(helps, known)]).toEqual([])
    const choices = fields.flatMap(({ name, field }) =>
      ((field.shape as { enum?: string[] }).enum ?? []).map((one) => `${name}.${one}`),
    )
    expect(unknown(words('choices'), choices)).toEqual([])
  })
})

test('there are words for every column of the files of lists', () => {
  interface Shape {
    properties?: Record<string, Shape>
    items?: Shape
  }
  interface Listed {
    exported?: string
    answer: Shape
  }
  const namesIn = ({ properties = {} }: Shape): string[] =>
    Object.entries(properties).flatMap(([name, value]) => [name, ...namesIn(value)])
  const lists = (routesOf({} as never) as unknown as Listed[]).filter(({ exported }) => exported)
  const columns = lists.flatMap(({ answer: { properties = {} } }) => {
    const { items } = properties['page']?.properties ?? properties
    return namesIn(items?.items ?? {})
  })
  const orders = readFileSync(
    new URL('../../web/src/console/routes/orders/orders.tsx', import.meta.url),
    'utf8',
  )
  const [, ofOrders = ''] = /FILE_COLUMNS = \[\n([\s\S]*?)\n\]/.exec(orders) ?? []
  const all = [...columns, ...[...ofOrders.matchAll(/'(\w+)'/g)].map(([, name = '']) => name)]
  expect(all.length).toBeGreaterThan(100)
  const said = tableIn('console/value-words.ts', 'values')
  expect(all.filter((name) => name !== 'version' && !said.has(name))).toEqual([])
})

test('there are words for every value that the trail keeps', async () => {
  const database = await testDatabase()
  // Which columns are told is said by the arguments of record_change: the third are those that are not.
  const told = await database.sql<{ name: string }[]>`
    select distinct a.attname as name
      from pg_trigger t
      join pg_proc p on p.oid = t.tgfoid and p.proname = 'record_change'
     cross join lateral (select string_to_array(encode(t.tgargs, 'escape'), chr(92) || '000') as of) given
      join pg_attribute a on a.attrelid = t.tgrelid and a.attnum > 0 and not a.attisdropped
     where a.attname <> all (string_to_array(given.of[3], ' '))`
  await database.drop()
  expect(told.length).toBeGreaterThan(150)
  const said = tableIn('console/value-words.ts', 'values')
  expect(told.map(({ name }) => name).filter((name) => !said.has(name))).toEqual([])
})

test('there are words for every keyword of what is often wrong with a value', () => {
  const { range, choice, example, noNumber, noAddress, noRate, ...others } = whys
  const { imeiCheckDigit, imeiLength, inputLength, wrongOption, ...more } = others
  const { imeiShort, imeiSv, imeiVersion, imeiZero, ...plain } = more
  const hints = [imeiShort, imeiSv, imeiVersion, imeiZero].map((hint) => imeiLength(14, [hint('1')]))
  const all = [
    ...Object.values(plain).map((one) => one()),
    ...[imeiCheckDigit(1), imeiLength(2), ...hints, wrongOption('c', ['a', 'b'])],
    ...[inputLength('', 1, 1), inputLength('SN', 1, 2)],
    ...[range(1, 2), choice(['a', 'b']), example('x'), noAddress('x'), noRate('x')],
    ...[{}, { from: 0 }, { from: 0, to: 9 }, { above: -100, to: 9 }].map((one) => noNumber('x', one)),
  ]
  const said = tableIn('kit/fault-words.ts', 'problems')
  const lacking = all.filter(({ keyword = '', params = {} }) => {
    const names = [...(said.get(keyword) ?? '{none}').matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
    return names.some((name) => name !== 'label' && !(name in params))
  })
  expect(lacking).toEqual([])
  // A sentence for each: it begins with the value and ends with a full stop.
  expect([...said.values()].filter((text) => !/^\{label\}.*\.$/.test(text))).toEqual([])
})

test('there are words for every event that people are told of', () => {
  const source = readFileSync(
    new URL('../../web/src/console/routes/settings/event-words.ts', import.meta.url),
    'utf8',
  )
  const said = [
    ...source.matchAll(/^ {2}'?([a-z._]+)'?: \{\n {4}title: msg`[^`]+`,\n {4}when: msg`[^`]+`,$/gm),
  ]
  expect(said.map(([, name]) => name).toSorted()).toEqual(Object.keys(events).toSorted())
})

test.each([
  ['calls to the outside', 'kit/fault-words.ts', 'failures', failures],
  ['the installation', 'console/routes/settings/check-words.ts', 'findings', findings],
])('there are words for all that the server says of %s, by its texts', (_, path, name, texts) => {
  const source = readFileSync(new URL(`../../web/src/${path}`, import.meta.url), 'utf8')
  const [, table = ''] = new RegExp(`const ${name}: Words = \\{\n([\\s\\S]*?)\n\\}`).exec(source) ?? []
  const said = new Map(
    [...table.matchAll(/^ {2}(?:'([^']+)'|"([^"]+)"):\s+msg`([^`]+)`,$/gm)].map(
      ([, one, other, text = '']) => [(one ?? other) as string, text],
    ),
  )
  expect([...said.keys()]).toEqual(Object.values(texts))
  const valuesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, value]) => value)
  const unknown = [...said].filter(([form, text]) => {
    // The page says milliseconds in seconds.
    const has = new Set(valuesIn(form).map((value) => (value === 'ms' ? 'seconds' : value)))
    return valuesIn(text).some((value) => !has.has(value))
  })
  expect(unknown).toEqual([])
})

test('there are words for every figure of the health', () => {
  const admission = new Admission({ proxies: [] } as never, {} as never)
  const gauges = [...fulfilmentGauges({} as never), ...webhookGauges({} as never), ...admission.gauges]
  const said = tableIn('console/routes/settings/check-words.ts', 'figures')
  expect([...said.keys()].toSorted()).toEqual(gauges.map(({ name }) => name).toSorted())
})
