import { expect, it } from 'vitest'
import { setPrice } from '../../src/catalogue/prices.ts'
import type { ServiceKind } from '../../src/catalogue/service.ts'
import { attachedText } from '../../src/command/supplier-attach-text.ts'
import type { RemoteField } from '../../src/integrations/suppliers/supplier.ts'
import { Rates } from '../../src/ledger/rates.ts'
import type { ServiceId } from '../../src/lib/ids.ts'
import { attachedJson } from '../../src/sync/as-json.ts'
import type { Attached, Dearer } from '../../src/sync/attach.ts'
import {
  type AttachBy,
  matchServices,
  type OurCandidate,
  type TheirCandidate,
} from '../../src/sync/attach-matches.ts'
import { readPairs } from '../../src/sync/pairs.ts'
import { many, useStore, wish } from './sync.fixtures.ts'

const used = useStore()

let ids = 100
const our = (code: string, name = code, given: Partial<OurCandidate> = {}): OurCandidate => ({
  ...{ id: ++ids as ServiceId, code, name, kind: 'imei', fields: [], routes: [] },
  ...given,
})
const their = (
  remoteId: string,
  name = remoteId,
  kind: ServiceKind = 'imei',
  fields: RemoteField[] = [],
): TheirCandidate => ({ remoteId, name, kind, cost: 1n, fields })
const field = (name: string, required = true): RemoteField => ({
  ...{ name, required, label: name, type: 'text', options: [] },
})

/** `said` gives matches as "ours -> theirs", and what is left as "ours: reason". */
function said(ours: OurCandidate[], theirs: TheirCandidate[], by: AttachBy): string[] {
  const { matches, attached, unmatched } = matchServices(ours, theirs, by)
  return [
    ...matches.map(({ ours, theirs }) => `${ours.code} -> ${theirs.remoteId}`),
    ...Array.from({ length: attached }, () => 'there already'),
    ...unmatched.map(
      ({ line, ours, reason }) => `${line === null ? '' : `${line} `}${ours}: ${reason.message}`,
    ),
  ]
}

const none = 'the list has none of this name'
it.each<[string, OurCandidate, TheirCandidate[], string]>([
  ['the same', our('a', 'iPhone 12 Clean'), [their('1', 'iPhone 12 Clean')], 'a -> 1'],
  ['another case', our('a', 'IPHONE 12 clean'), [their('1', 'iPhone 12 Clean')], 'a -> 1'],
  ['other dashes and blanks', our('a', 'iPhone 12 – Clean'), [their('1', ' iPhone 12  - Clean')], 'a -> 1'],
  ['marks', our('a', 'iPhone 12 [Clean]'), [their('1', '✅ iPhone 12 (Clean) ⚡')], 'a -> 1'],
  ['accents', our('a', 'Móvil España'), [their('1', 'Movil Espana')], 'a -> 1'],
  ['wide letters', our('a', 'ＡＴ＆Ｔ'), [their('1', 'AT&T')], 'a -> 1'],
  ['Arabic', our('a', 'فتح شبكة'), [their('1', 'فتح  شبكة')], 'a -> 1'],
  ['Cyrillic', our('a', 'Разблокировка'), [their('1', 'РАЗБЛОКИРОВКА')], 'a -> 1'],
  ['a plus more', our('a', 'Galaxy S10'), [their('1', 'Galaxy S10+')], `a: ${none}`],
  ['another number', our('a', 'iPhone 12'), [their('1', 'iPhone 13')], `a: ${none}`],
  ['a part', our('a', 'iPhone 12'), [their('1', 'iPhone 12 Pro')], `a: ${none}`],
  [
    'two of theirs',
    our('a', 'Check'),
    [their('1', 'Check'), their('2', 'CHECK')],
    'a: ambiguous: the list has 2 of this name',
  ],
  ['one of each kind', our('a', 'Check'), [their('1', 'Check', 'server'), their('2', 'Check')], 'a -> 2'],
  [
    'another kind',
    our('a', 'Check'),
    [their('1', 'Check', 'server')],
    'a: theirs is of kind server, ours of kind imei',
  ],
  ['nothing but marks', our('a', '***'), [their('1', '---')], 'a: its name has nothing to compare'],
  ['one that has it', our('a', 'Check', { routes: ['1'] }), [their('1', 'Check')], 'there already'],
  [
    'one that has another',
    our('a', 'Check', { routes: ['9'] }),
    [their('1', 'Check')],
    'a: it has a route to 9 there',
  ],
  [
    'a field that ours lacks',
    our('a', 'Check'),
    [their('1', 'Check', 'imei', [field('Network')])],
    'a: theirs needs NETWORK, which ours does not ask for',
  ],
  [
    'a field that ours has',
    our('a', 'Check', { fields: ['NETWORK'] }),
    [their('1', 'Check', 'imei', [field('Network')])],
    'a -> 1',
  ],
  [
    'a field that may be left out',
    our('a', 'Check'),
    [their('1', 'Check', 'imei', [field('Note', false)])],
    'a -> 1',
  ],
])('a service is found by its name: %s', (_, ours, theirs, becomes) => {
  expect(said([ours], theirs, 'name')).toEqual([becomes])
})

it('of several of ours with one name none is taken', () => {
  expect(said([our('a', 'Check'), our('b', 'check')], [their('1', 'Check')], 'name')).toEqual([
    'a: ambiguous: we have 2 of this name',
    'b: ambiguous: we have 2 of this name',
  ])
})

it('a service is found by its code, which is their id', () => {
  const theirs = [their('BL-01'), their('bl-02', 'x', 'serial'), their('7')]
  expect(said([our('bl-01'), our('bl-02'), our('check-7')], theirs, 'code')).toEqual([
    'bl-01 -> BL-01',
    'bl-02: theirs is of kind serial, ours of kind imei',
    'check-7: the list has none of this code',
  ])
})

it.each<[string, string, string[]]>([
  ['a header', 'ours,theirs\na,1\nb,2\n', ['a -> 1', 'b -> 2']],
  ['none', 'a,1\nb,2\n', ['a -> 1', 'b -> 2']],
  ['columns in another order, among others', 'Theirs,name,OURS\n1,x,a\n', ['a -> 1']],
  ['semicolons', 'ours;theirs\na;1\n', ['a -> 1']],
  ['tabs', 'ours\ttheirs\r\na\t1\r\n', ['a -> 1']],
  ['a line that says what parts', 'sep=|\nours|theirs\na|1\n', ['a -> 1']],
  ['a byte order mark and quotes', '\ufeff"ours","theirs"\n"a","1"\n', ['a -> 1']],
  ['an id of ours, and a code in another case', 'ours,theirs\n5001,1\nB,2\n', ['id -> 1', 'b -> 2']],
  ['one of ours to two of theirs', 'a,1\na,2\n', ['a -> 1', 'a -> 2']],
  ['empty lines', 'ours,theirs\n\na,1\n,\n', ['a -> 1']],
  ['the same twice', 'a,1\nA,1\n', ['a -> 1', '2 A: the same as line 1']],
  ['a service that we do not have', 'ours,theirs\nz,1\n', ['2 z: we have no service z']],
  ['one that the list lacks', 'ours,theirs\na,99\nb,2\n', ['b -> 2', '2 a: the list has no service 99']],
  [
    'half a line',
    'ours,theirs\na,\n,2\n',
    ['2 a: the list has no service there', '3 null: we have no service there'],
  ],
  [
    'two types',
    'a,654:SERVER\nserver,654:SERVER\n',
    ['server -> 654:SERVER', '1 a: theirs is of kind server, ours of kind imei'],
  ],
])('services are found by a file with %s', (_, text, becomes) => {
  const ours = [
    our('a'),
    our('b'),
    our('id', 'id', { id: 5001 as ServiceId }),
    our('server', 'server', { kind: 'server' }),
  ]
  const theirs = [their('1'), their('2'), their('654:SERVER', 'x', 'server')]
  expect(said(ours, theirs, readPairs(text))).toEqual(becomes)
})

it.each(['code,remote,cost\na,1,2\n', 'just one\n', '', '"a,1\n'])('%j is no file of pairs', (text) => {
  expect(() => readPairs(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})

it('routes to a second supplier have its costs and fields, and stand behind the first', async () => {
  const { store } = used
  const [first, second] = [await store.supplier(), await store.supplier()]
  const fields = [{ ...field('e-mail address') }]
  await store.apply(
    first,
    [
      { id: '1', name: 'One' },
      { id: '2', name: 'Two', fields },
      { id: '3', name: 'Three' },
    ],
    {
      importing: wish(),
    },
  )
  const theirs = [
    { id: 'x1', name: 'ONE', cost: '0.50' },
    { id: 'x2', name: 'two', cost: '0.70', fields: [{ ...field('E-Mail Address') }] },
  ]
  const before = await store.everything()
  const preview = await store.preview(second, theirs, null, { attaching: 'name' })
  expect(preview.attached?.matches.map(({ theirs }) => theirs.remoteId)).toEqual(['x1', 'x2'])
  expect(await store.everything()).toEqual(before)
  const { changes } = await store.apply(second, theirs, { attaching: 'name' })
  expect(changes?.attached?.matches).toHaveLength(2)
  expect(changes?.attached?.unmatched.some(({ reason }) => reason.message === none)).toBe(true)
  const routes = await store.sql`
    select v.name, r.remote_service, r.cost, r.available, r.position, f.ours, f.theirs
      from supplier_routes r join services v on v.id = r.service_id
      left join supplier_route_fields f on f.route_id = r.id
     where r.supplier_id = ${second.id} order by r.id`
  const there = { available: true, position: 2 }
  expect([...routes]).toEqual([
    { name: 'One', remote_service: 'x1', cost: 500_000n, ...there, ours: null, theirs: null },
    {
      name: 'Two',
      remote_service: 'x2',
      cost: 700_000n,
      ...there,
      ours: 'E_MAIL_ADDRESS',
      theirs: 'E-Mail Address',
    },
  ])
  expect(await store.runs(second)).toMatchObject([{ counts: { attached: 2, imported: 0 } }])
  const again = await store.apply(second, theirs, { attaching: 'name' })
  expect(again.changes?.attached).toMatchObject({ matches: [], attached: 2 })
  // From here on its list keeps the costs.
  await store.apply(second, [{ id: 'x1', name: 'ONE', cost: '0.60' }, theirs[1] as object as { id: string }])
  expect((await store.routes(second))[0]).toMatchObject({ cost: 600_000n })
})

it('a cost above the lowest price that a service is sold for is warned of, in whatever currency', async () => {
  const { store } = used
  const [first, second] = [await store.supplier(), await store.supplier()]
  const names = ['Dear', 'Equal', 'Cheap', 'Dear in euros', 'Dear for some', 'In a currency without a rate']
  await store.apply(
    first,
    names.map((name, n) => ({ id: `w${n}`, name, cost: '1.00' })),
    { importing: wish() },
  )
  await store.sql`delete from price_rules where service_id in (select id from services where name = any(${names}))`
  await store.sql`insert into price_groups (name) values ('Warned') on conflict do nothing`
  await new Rates(store.sql).set({
    base: 'EUR',
    quote: 'USD',
    rate: '1.1',
    validFrom: new Date(0),
    actor: 'test',
  })
  const prices: [name: string, currency: string, price: string, group?: string][] = [
    ['Dear', 'USD', '1.99'],
    ['Equal', 'USD', '2'],
    ['Cheap', 'USD', '3'],
    ['Dear in euros', 'USD', '3'],
    ['Dear in euros', 'EUR', '1.81'],
    ['Dear for some', 'USD', '3'],
    ['Dear for some', 'USD', '1.50', 'Warned'],
    ['In a currency without a rate', 'XAF', '1'],
  ]
  for (const [name, currency, price, group] of prices) {
    const [{ code } = { code: '' }] = await store.sql<
      { code: string }[]
    >`select code from services where name = ${name}`
    await setPrice(store.sql, { service: code, currency, price, ...(group !== undefined && { group }) })
  }
  const theirs = names.map((name, n) => ({ id: `v${n}`, name, cost: '2.00' }))
  const preview = await store.preview(second, theirs, null, { attaching: 'name' })
  const said = (dearer: Dearer[]) =>
    dearer.map(({ ours, cost, price, currency }) => `${ours.name}: ${cost} > ${price} ${currency}`)
  const warned = [
    'Dear: 2000000 > 1990000 USD',
    'Dear in euros: 1818182 > 1810000 EUR',
    'Dear for some: 2000000 > 1500000 USD',
  ]
  expect(said(preview.attached?.dearer ?? [])).toEqual(warned)
  const report = await store.apply(second, theirs, { attaching: 'name' })
  const attached = report.changes?.attached
  expect(said(attached?.dearer ?? [])).toEqual(warned)
  expect(attachedText({ name: 'Second', currency: 'USD' }, attached as Attached)).toContain(
    'warning: dear -> v0 costs $2.00, and is sold for $1.99\n',
  )
  expect(attachedJson(attached as Attached, 'USD').above_the_price[1]).toMatchObject({
    service_code: 'dear-in-euros',
    remote_service: 'v3',
    cost: '1.818182',
    price: '1.81',
    currency: 'EUR',
  })
})

it('a list that is not to be believed gives no routes', async () => {
  const { store } = used
  const supplier = await store.supplier()
  await store.apply(supplier, many(10))
  await store.routed(await store.supplier(), 'unbelieved', '1')
  const report = await store.apply(supplier, [{ id: 'unbelieved' }], { attaching: 'code' })
  expect(report).toMatchObject({ outcome: 'suspicious', changes: null })
  expect(await store.routes(supplier)).toEqual([])
})
