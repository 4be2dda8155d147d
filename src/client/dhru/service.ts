import { readAmount } from './amount.ts'
import type { JsonObject } from './json.ts'
import { Row } from './row.ts'
import { boxIn, type DhruBox, ownBox } from './service-box.ts'
import { type DhruField, fieldsIn } from './service-fields.ts'
import { type DhruQuantities, quantitiesIn } from './service-quantities.ts'

/** DhruService is one service of a panel's list. */
export interface DhruService extends DhruQuantities {
  /** `id` is '' where the panel says none: then nobody can order it. */
  id: string
  /** `type` makes the id one service's: panels number the services of each type by themselves. */
  type: (typeof TYPES)[number]
  group: string
  name: string
  /** `kind` `serial`: another device number is sent in IMEI. `server`: there is no device. `file`: a file is sent. */
  kind: 'imei' | 'serial' | 'server' | 'file'
  /** `credit` is the price, a decimal such as "0.77"; null: `creditSaid`, what the panel says, is no amount, or in doubt. */
  credit: string | null
  creditSaid: string
  time: string
  /** `info` may hold HTML. */
  info: string
  /** `box` is what the panel says of the box for what is sent in IMEI; null: nothing, or it is for an IMEI. */
  box: DhruBox | null
  fields: DhruField[]
}

/** DhruGroup is the group of a service; its type is IMEI, SERVER or, with some panels, empty. */
export interface DhruGroup {
  name: string
  type: string
}

/**
 * `readService` reads one service; `key` is what it stands under where services are an object, `currency` that of the panel's prices.
 */
export function readService(
  object: JsonObject,
  group: DhruGroup,
  { key, currency }: { key?: string | undefined; currency?: string | undefined } = {},
): DhruService {
  const row = new Row(object)
  const id = row.text('SERVICEID', 'ID') || (key ?? '').trim()
  const said = row.get('CREDIT')
  const creditSaid = withoutTags(row.text('CREDIT'))
  const credit = typeof said === 'number' ? readAmount(said) : readAmount(creditSaid, currency)
  return {
    id,
    type: typeOf(row, group),
    group: group.name,
    name: row.text('SERVICENAME', 'NAME') || id,
    kind: kindOf(row, group),
    credit: credit === undefined || credit.startsWith('-') ? null : credit,
    creditSaid,
    time: row.text('TIME'),
    info: infoIn(row),
    ...quantitiesIn(row),
    box: kindOf(row, group) === 'serial' ? boxIn(row) : null,
    fields: fieldsIn(row),
  }
}

const TAG = String.raw`<\/?[a-z][^<>]*>`
const TAGS_AROUND = new RegExp(String.raw`^(?:\s*${TAG})+\s*|\s*(?:${TAG}\s*)+$`, 'gi')

/** MAX_TAGGED bounds the prices whose tags are taken away: to look for them at the end of a text of nothing else takes long. */
const MAX_TAGGED = 2000

/** `withoutTags` takes the tags around a price away. Those within one may make two of it, of which the first is struck out. */
const withoutTags = (text: string): string =>
  text.length > MAX_TAGGED ? text : text.replace(TAGS_AROUND, '')

const TYPES = ['IMEI', 'SERVER', 'REMOTE', 'FILE'] as const

function typeOf(row: Row, group: DhruGroup): DhruService['type'] {
  const typeNamed = (name: string) => TYPES.find((type) => type === name.toUpperCase())
  const ofGroup = typeNamed(group.type) ?? 'IMEI'
  return (
    typeNamed(row.text('SERVICETYPE')) ??
    (ofGroup === 'IMEI' && row.text('SERVER') === '1' ? 'SERVER' : ofGroup)
  )
}

function kindOf(row: Row, group: DhruGroup): DhruService['kind'] {
  const type = typeOf(row, group)
  if (type === 'FILE') return 'file'
  if (type !== 'IMEI') return 'server'
  return ownBox(row) ? 'serial' : 'imei'
}

/** `infoIn` decodes INFO unless it is HTML: then its character references belong to it. */
function infoIn(row: Row): string {
  const info = row.get('INFO')
  return typeof info === 'string' && /<\/?[a-z][^<]*>/i.test(info) ? info.trim() : row.text('INFO')
}
