import { readAmount } from './amount.ts'
import { isObject, type JsonObject } from './json.ts'
import { Row } from './row.ts'

/** DhruService is one service of a panel's list. */
export interface DhruService {
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
  minQuantity: number
  /** `maxQuantity` is Infinity where the panel names no bound. */
  maxQuantity: number
  /** `quantityOptions` are the only quantities that can be ordered, ascending; none: any within the bounds. */
  quantityOptions: number[]
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

/** DhruField is something that an order must or may have beside the device. */
export interface DhruField {
  name: string
  label: string
  type: 'text' | 'dropdown'
  required: boolean
  /** `options` are those of a dropdown. */
  options: string[]
  /** `travels` says whether it is a parameter of its own name, or one of the values in CUSTOMFIELD. */
  travels: 'by name' | 'in CUSTOMFIELD'
}

/** DhruGroup is the group of a service; its type is IMEI, SERVER or, with some panels, empty. */
export interface DhruGroup {
  name: string
  type: string
}

/**
 * `readService` reads one service; `key` is what it stands under where services are an object, `currency` that of the panel's prices.
 * Undefined when it has no id: nobody could order it.
 */
export function readService(
  object: JsonObject,
  group: DhruGroup,
  { key, currency }: { key?: string | undefined; currency?: string | undefined } = {},
): DhruService | undefined {
  const row = new Row(object)
  const id = row.text('SERVICEID', 'ID') || (key ?? '')
  if (id === '') return undefined
  const said = row.get('CREDIT')
  const creditSaid = row.text('CREDIT')
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
    ...boundsIn(row),
    box: boxIn(row, group),
    fields: fieldsIn(row),
  }
}

function quantityIn(row: Row, name: string): number {
  const text = row.text(name)
  return /^\d{1,9}$/.test(text) ? Number(text) : 0
}

/** `boundsIn` reads quantities: 0 is no bound, and choices (QNTOPTIONS) bound the quantity, too. */
function boundsIn(row: Row): Pick<DhruService, 'minQuantity' | 'maxQuantity' | 'quantityOptions'> {
  const quantityOptions = optionsIn(row)
  const least = quantityOptions[0] ?? quantityIn(row, 'MINQNT')
  const most = quantityOptions.at(-1) ?? quantityIn(row, 'MAXQNT')
  const minQuantity = Math.max(1, least)
  const unbounded = most === 0 && (quantityIn(row, 'QNT') > 0 || least > 1)
  const maxQuantity = unbounded ? Number.POSITIVE_INFINITY : Math.max(minQuantity, most)
  return { minQuantity, maxQuantity, quantityOptions }
}

/** `optionsIn` reads QNTOPTIONS: a text with anything between its numbers, a list, or an object. */
function optionsIn(row: Row): number[] {
  const given = row.get('QNTOPTIONS')
  const listed = typeof given === 'object' && given !== null ? Object.values(given) : [row.text('QNTOPTIONS')]
  const options = listed
    .flatMap((one) => String(one).split(/[^\d]+/))
    .filter((option) => /^\d{1,9}$/.test(option) && Number(option) > 0)
  return [...new Set(options.map(Number))].sort((a, b) => a - b)
}

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
  const given = row.get('CUSTOM')
  const custom = isObject(given) ? new Row(given) : undefined
  return custom?.text('ALLOW') === '1' && !isImei(custom.text('CUSTOMNAME')) ? custom : undefined
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

/** `announced` has the parameters with names of their own, each with the entry by which a service says that it needs one. */
const announced: readonly [name: string, entry: string, label: string][] = [
  ['NETWORK', 'REQUIRES.NETWORK', 'Network'],
  ['MODELID', 'REQUIRES.MOBILE', 'Model'],
  ['PROVIDERID', 'REQUIRES.PROVIDER', 'Provider'],
  ['PIN', 'REQUIRES.PIN', 'PIN'],
  ['KBH', 'REQUIRES.KBH', 'KBH'],
  ['MEP', 'REQUIRES.MEP', 'MEP'],
  ['PRD', 'REQUIRES.PRD', 'PRD'],
  ['TYPE', 'REQUIRES.TYPE', 'Type'],
  ['LOCKS', 'REQUIRES.LOCKS', 'Locks'],
  ['REFERENCE', 'REQUIRES.REFERENCE', 'Reference'],
  ['SN', 'REQUIRES.SN', 'SN'],
  ['SECRO', 'REQUIRES.SECRO', 'SecRO'],
]

/** `parameterNames` has the parameters that an order may have beside ID, IMEI and QNT; all others go into CUSTOMFIELD. */
export const parameterNames: ReadonlySet<string> = new Set(announced.map(([name]) => name))

function fieldsIn(row: Row): DhruField[] {
  const own = announced
    .filter(([, entry]) => /^required$/i.test(row.text(entry)))
    .map(([name, , label]): DhruField => {
      return { name, label, type: 'text', required: true, options: [], travels: 'by name' }
    })
  const listed = row.get('REQUIRES.CUSTOM')
  const custom = (Array.isArray(listed) ? listed : isObject(listed) ? Object.values(listed) : [])
    .filter(isObject)
    .flatMap((entry) => customField(new Row(entry)) ?? [])
  return [...own, ...custom]
}

function customField(row: Row): DhruField | undefined {
  const name = row.text('FIELDNAME', 'NAME')
  if (name === '') return undefined
  const options = row
    .text('FIELDOPTIONS')
    .split(',')
    .map((option) => option.trim())
    .filter((option) => option !== '')
  const chooses = /^(?:dropdown|select|radio)$/i.test(row.text('FIELDTYPE')) && options.length > 0
  return {
    name,
    label: row.text('DESCRIPTION') || name,
    type: chooses ? 'dropdown' : 'text',
    required: /^(?:on|1|yes|true|required)$/i.test(row.text('REQUIRED')),
    options: chooses ? [...new Set(options)] : [],
    travels: 'in CUSTOMFIELD',
  }
}
