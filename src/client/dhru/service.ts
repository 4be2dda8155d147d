import { readAmount } from './amount.ts'
import { isObject, type JsonObject } from './json.ts'
import { isYes, Row } from './row.ts'
import { type DhruField, fieldsIn } from './service-fields.ts'
import { type DhruQuantities, quantitiesIn, quantityIn } from './service-quantities.ts'

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

/** DhruBox is the box for a device number that is no IMEI. */
export interface DhruBox {
  name: string
  hint: string
  /** `minLength` and `maxLength` bound its characters; 0: the panel names no bound. */
  minLength: number
  maxLength: number
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
    box: boxIn(row, group),
    fields: fieldsIn(row),
  }
}

const TAG = String.raw`<\/?[a-z][^<>]*>`
const TAGS_AROUND = new RegExp(String.raw`^(?:\s*${TAG})+\s*|\s*(?:${TAG}\s*)+$`, 'gi')

/** `withoutTags` takes the tags around a price away. Those within one may make two of it, of which the first is struck out. */
const withoutTags = (text: string): string => text.replace(TAGS_AROUND, '')

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

/** `ownBox` gives what a service says of its box, where that is for something else than an IMEI. */
function ownBox(row: Row): Row | undefined {
  const given = row.nested('CUSTOM')
  const one: unknown = Array.isArray(given) ? given[0] : given
  const custom = isObject(one) ? new Row(one) : undefined
  return custom && isYes(custom.get('ALLOW')) && !isImei(custom.text('CUSTOMNAME')) ? custom : undefined
}

function boxIn(row: Row, group: DhruGroup): DhruBox | null {
  const custom = kindOf(row, group) === 'serial' ? ownBox(row) : undefined
  if (!custom) return null
  const minLength = quantityIn(custom, 'CUSTOMLEN')
  const maxLength = quantityIn(custom, 'MAXLENGTH')
  return {
    name: custom.text('CUSTOMNAME'),
    hint: custom.text('CUSTOMINFO'),
    // A panel whose bounds exclude each other means neither.
    ...(maxLength > 0 && minLength > maxLength ? { minLength: 0, maxLength: 0 } : { minLength, maxLength }),
  }
}

const BEFORE_IMEI = [
  ...['enter', 'the', 'your', 'phone', 'device', 'valid', 'full', 'number', 'of', '15', 'digit', 'digits'],
  ...['ingrese', 'introduzca', 'el', 'su', 'numero', 'de', 'del', 'telefono', 'celular', 'codigo'],
  ...['digite', 'informe', 'o', 'seu', 'do', 'aparelho', 'masukkan', 'nomor', 'no', 'nr', 'hp'],
  ...[
    'entrez',
    'votre',
    'le',
    'd',
    'l',
    'telephone',
    'geben',
    'sie',
    'die',
    'ihre',
    'telefon',
    'cihaz',
    'nhap',
    'so',
  ],
  ...['введите', 'номер', 'код', 'телефона', 'ادخل', 'رقم', '请输入', '输入', '手机', '设备'],
]
const BEHIND_IMEI = [
  ...[
    'number',
    'numbers',
    'num',
    'no',
    'nr',
    'code',
    'id',
    '15',
    'digit',
    'digits',
    'only',
    'of',
    'phone',
    'device',
  ],
  ...[
    'numero',
    'nummer',
    'numarasi',
    'numara',
    'kodu',
    'hp',
    'perangkat',
    'del',
    'do',
    'du',
    'telefono',
    'telephone',
  ],
  ...['номер', 'код', 'телефона', 'الجهاز', '号码', '号', '码', '串号'],
]
const IMEI_WORDS = new RegExp(`^(?:${BEFORE_IMEI.join('|')})*imei\\d?(?:${BEHIND_IMEI.join('|')})*\\d?$`)

/** `isImei` tells whether a panel's name of the box says IMEI, and nothing else such as a serial number. */
const isImei = (name: string): boolean =>
  IMEI_WORDS.test(
    name
      .normalize('NFKD')
      .toLowerCase()
      .replace(/ı/g, 'i')
      .replace(/[^\p{L}\p{N}]/gu, ''),
  )

/** `infoIn` decodes INFO unless it is HTML: then its character references belong to it. */
function infoIn(row: Row): string {
  const info = row.get('INFO')
  return typeof info === 'string' && /<\/?[a-z][^<]*>/i.test(info) ? info.trim() : row.text('INFO')
}
