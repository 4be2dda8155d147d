import type { RowOf } from '../database/column-types.ts'
import type { Services } from '../database/types.ts'
import {
  attribute,
  choice,
  flag,
  inputOnly,
  integer,
  line,
  lines,
  matching,
  orNull,
  readJson,
  readText,
  seconds,
  secondsOrNone,
  shapeOrNone,
  shapes,
  timeOfDay,
} from '../lib/attribute-types.ts'
import { type AttributesOf, type GivenOf, Unreadable, type ValuesOf } from '../lib/attributes.ts'
import type { PriceGroupId } from '../lib/ids.ts'
import type { ImeiFormat } from '../lib/imei.ts'
import { isObject } from '../lib/json.ts'
import { DAY_SECONDS } from '../lib/time.ts'
import { isTimeZone } from '../lib/wall-clock.ts'
import { DEFAULT_INPUT_LENGTH, MAX_INPUT_LENGTH } from './input-schema.ts'
import { priceAttributes } from './price-attributes.ts'
import { fieldsAttribute } from './service-fields.ts'

/** MAX_QUANTITY is the largest quantity of one item. With the largest price it stays well inside a bigint of micros. */
export const MAX_QUANTITY = 10_000
export const MAX_QUANTITY_OPTIONS = 100
const MAX_WINDOW_SECONDS = 366 * DAY_SECONDS

/**
 * `serviceAttributes` defines every value of a service once. Files, `--json`, the options of `service create` and `service update`,
 * the columns of the table and the tables of docs/cli.md are made from it; `serviceChecks` has what two values must be together.
 */
export const serviceAttributes = {
  code: matching({
    label: 'code',
    flag: '--code <code>',
    help: 'letters, digits, dots, dashes, underscores; not digits only',
    whenLeftOut: 'needed',
    default: '',
    fault: codeFault,
  }),
  name: line({
    label: 'name',
    flag: '--name <name>',
    help: 'what resellers see',
    whenLeftOut: 'needed',
    default: '',
    required: true,
  }),
  group: line({
    label: 'group',
    flag: '--group <heading>',
    help: 'the heading of the list that it stands under',
    whenLeftOut: 'needed',
    default: '',
    required: true,
    property: 'groupName',
  }),
  kind: choice(['imei', 'serial', 'server'], {
    label: 'kind',
    flag: '--kind <kind>',
    help: 'what one item is for; it never changes',
    default: 'imei',
  }),
  supplier: inputOnly(
    line({
      flag: '--supplier <name>',
      help: 'the only one who does the work, such as sandbox; for more see route add',
      more: 'one that has a list of services, or more than one: see [route](#route). Without a route it is [not sold](suppliers.md#services-without-a-working-route)',
      whenLeftOut: 'none',
    }),
  ),
  description: lines({
    label: 'description',
    flag: '--description <text>',
    help: 'for the list of resellers; may hold HTML',
    default: '',
    max: 20_000,
  }),
  deliveryTime: line({
    label: 'delivery time',
    flag: '--delivery-time <text>',
    help: 'what resellers read of how long it takes, such as "1-5 Minutes"',
    default: '',
  }),
  /** `promisedSeconds`: an order that is open for longer is late; null: nothing is promised. */
  promisedSeconds: secondsOrNone({
    label: 'promised within',
    flag: '--promised <seconds>',
    help: 'an order open for longer is late; or 30m, 24h, 3d; a minute to 366 days; "" takes it away',
    more: 'without it an order is late after twice the time that nine of ten items of the service lately took',
    whenLeftOut: 'nothing is promised',
    default: null,
    min: 60,
    max: MAX_WINDOW_SECONDS,
  }),
  fields: fieldsAttribute,
  imeiFormat: inputOnly(
    attribute<ImeiFormat>(
      {
        flag: '--imei-format <format>',
        help: 'how IMEIs are checked',
        more: '`digits` takes any 15 digits',
        whenLeftOut: '`check-digit`',
      },
      {
        choices: ['check-digit', 'digits'],
        shape: { type: 'string', enum: ['check-digit', 'digits'] },
        read: readImeiFormat,
      },
    ),
  ),
  inputSchema: attribute<Record<string, unknown>, Record<string, unknown> | null>(
    {
      flag: '--input-schema <JSON>',
      help: 'a JSON Schema 2020-12 of your own; "" takes it away',
      more: 'of one item or of a whole order: see [input schemas](#input-schemas)',
      whenLeftOut: 'made of kind and fields',
    },
    { json: true, shape: shapes.object, givenShape: shapeOrNone(shapes.object), read: orNull(readSchema) },
  ),
  minQuantity: integer({
    label: 'smallest quantity',
    flag: '--min-quantity <count>',
    help: 'the smallest quantity (server services)',
    default: 1,
    min: 1,
    max: MAX_QUANTITY,
  }),
  maxQuantity: integer({
    label: 'largest quantity',
    flag: '--max-quantity <count>',
    help: 'the largest quantity (server services), up to 10,000',
    whenLeftOut: 'the smallest',
    min: 1,
    max: MAX_QUANTITY,
  }),
  /** `quantityOptions` are ascending; the smallest and the largest quantity are the first and the last of them. */
  quantityOptions: attribute<number[]>(
    {
      label: 'quantities',
      flag: '--quantity-options <counts>',
      help: 'the only quantities, such as 10,20,50 (server services); "" allows all between the smallest and the largest',
      whenLeftOut: 'all',
      default: [],
    },
    {
      shape: { type: 'array', items: shapes.integer },
      read: readQuantities,
      fault: quantitiesFault,
      show: (options) => options.join(', '),
    },
  ),
  inputName: line({
    label: 'input is called',
    flag: '--input-name <name>',
    help: 'what order forms call the input, such as ECID or Lock Code (serial services)',
    whenLeftOut: 'Serial Number',
    default: '',
    max: 100,
  }),
  inputHint: line({
    label: 'hint for the input',
    flag: '--input-hint <text>',
    help: 'what order forms say beside it (serial services)',
    default: '',
  }),
  minInputLength: integer({
    label: 'shortest input',
    flag: '--min-input-length <characters>',
    help: 'characters that it has at least (serial services)',
    default: 1,
    min: 1,
    max: MAX_INPUT_LENGTH,
  }),
  maxInputLength: integer({
    label: 'longest input',
    flag: '--max-input-length <characters>',
    help: 'characters that it has at most (serial services)',
    default: DEFAULT_INPUT_LENGTH,
    min: 1,
    max: MAX_INPUT_LENGTH,
  }),
  opensAt: timeOfDay({
    label: 'opens',
    flag: '--opens <HH:mm>',
    help: 'opening time; "" here and in --closes: always open',
    whenLeftOut: 'always open',
  }),
  closesAt: timeOfDay({
    label: 'closes',
    flag: '--closes <HH:mm>',
    help: 'closing time; not later than --opens: past midnight',
    whenLeftOut: 'always open',
  }),
  timeZone: matching({
    label: 'time zone',
    flag: '--time-zone <zone>',
    help: 'of the opening hours, such as Asia/Jakarta',
    default: 'UTC',
    fault: (zone) => (isTimeZone(zone) ? undefined : 'must be a time zone such as Asia/Jakarta'),
  }),
  active: flag({
    label: 'active',
    flag: '--active',
    offFlag: '--inactive',
    help: 'resellers see it and can buy it',
    whenLeftOut: 'active',
    default: true,
  }),
  publicStatus: flag({
    label: 'on the status page',
    flag: '--public-status',
    offFlag: '--private-status',
    help: 'the page /status tells everybody how it stands',
    whenLeftOut: 'no',
    default: false,
  }),
  statusNote: line({
    label: 'note on the status page',
    flag: '--status-note <text>',
    help: 'what the page /status says beside it',
    default: '',
  }),
  secretResults: flag({
    label: 'secret results',
    flag: '--secret-results',
    offFlag: '--open-results',
    help: 'results are for their buyers alone, such as codes and passwords',
    more: 'operators see that there is one: see [secret results](security.md#secret-results)',
    whenLeftOut: 'open',
    default: false,
  }),
  duplicatePolicy: choice(['replay', 'refuse', 'allow'], {
    label: 'duplicates',
    flag: '--duplicates <policy>',
    help: 'what buying the same again does',
    more: 'see [repeated orders](dhru.md#repeated-orders)',
    whenLeftOut: '`replay`; server services `allow`',
  }),
  replayWindowSeconds: seconds({
    label: 'duplicates within',
    flag: '--replay-window <seconds>',
    help: 'how long after its placing a successful order answers for the same input; or 10m, 2h; at most 366 days',
    default: 600,
    min: 0,
    max: MAX_WINDOW_SECONDS,
  }),
  processing: choice(['automatic', 'manual'], {
    label: 'processing',
    flag: '--processing <way>',
    help: 'by its supplier, or by hand',
    more: 'what is done by hand stays pending',
    default: 'automatic',
  }),
  /**
   * `routing` orders a service's routes: `fixed` by their positions, `cheapest` by cost, `fastest` by how soon they lately had
   * results, `best` by how often they lately succeeded.
   */
  routing: choice(['fixed', 'cheapest', 'fastest', 'best'], {
    label: 'routing',
    flag: '--routing <strategy>',
    help: 'the order in which routes are tried',
    more: 'see [suppliers.md](suppliers.md#which-route-is-tried)',
    default: 'fixed',
  }),
  failureMessage: line({
    label: 'failure message',
    flag: '--failure-message <text>',
    help: 'what resellers read when the last route has refused',
    more: "unless the supplier's own words are shown",
    default: 'Not available for this input',
    required: true,
    formerly: 'failure_words',
  }),
  minPollSeconds: seconds({
    label: 'polled at first every',
    flag: '--min-poll <seconds>',
    help: 'from one question about an open item to the next, at first; or 90s, 10m, 2h',
    default: 2,
    min: 1,
    max: DAY_SECONDS,
    formerly: 'poll_seconds',
  }),
  maxPollSeconds: seconds({
    label: 'polled at least every',
    flag: '--max-poll <seconds>',
    help: 'from one question to the next, at most; or 10m, 2h; at most a day',
    default: 600,
    min: 1,
    max: DAY_SECONDS,
    formerly: 'poll_most_seconds',
  }),
  /** `expirySeconds`: an item that is open for longer is shown to a person. */
  expirySeconds: seconds({
    label: 'expires after',
    flag: '--expiry-seconds <seconds>',
    help: 'an item open for longer is shown to a person; or 12h, 7d; a minute to 366 days',
    default: 7 * DAY_SECONDS,
    min: 60,
    max: MAX_WINDOW_SECONDS,
  }),
  /** `visibleTo` are the price groups that may see and buy it; null: everyone. Operators write names or ids. */
  visibleTo: attribute<PriceGroupId[] | null, string[] | null>(
    {
      flag: '--visible-to <price group>',
      help: 'only this price group sees it; may be given several times; "" shows it to everyone',
      whenLeftOut: 'everyone',
      default: null,
    },
    {
      nullable: true,
      shape: shapeOrNone(shapes.texts),
      gather: (name) => name,
      read: (value) => (Array.isArray(value) && value.length === 0 ? null : orNull(readNames)(value)),
      fault: (groups) => (groups?.length === 0 ? 'names no price group' : undefined),
    },
  ),
} satisfies AttributesOf<
  // The database itself writes the others.
  Omit<RowOf<Services>, 'id' | 'createdAt' | 'updatedAt' | 'unroutedSince'>,
  { groupName: 'group' },
  'supplier' | 'imeiFormat'
>

type Values = ValuesOf<typeof serviceAttributes>

/** ServiceInput is a service as an operator writes it. */
export type ServiceInput = GivenOf<typeof serviceAttributes>

/** ServiceValues is a service without its id. */
export interface ServiceValues extends Values {}

/** `serviceChecks` say what is wrong with a value beside others; what is wrong with it alone its attribute says. */
export const serviceChecks: { [Name in keyof Values]?: (service: Values) => string | undefined } = {
  minQuantity: ({ minQuantity, kind }) => unitFault(minQuantity, kind),
  maxQuantity: ({ maxQuantity, minQuantity, kind }) =>
    maxQuantity < minQuantity ? 'must not be less than the smallest quantity' : unitFault(maxQuantity, kind),
  quantityOptions: ({ quantityOptions: options, minQuantity, maxQuantity, kind }) => {
    if (options.length === 0) return undefined
    if (kind !== 'server') return `only server services have quantities, this is ${kind}`
    return options[0] === minQuantity && options.at(-1) === maxQuantity
      ? undefined
      : 'must have the smallest and the largest quantity as its first and its last'
  },
  inputName: ({ inputName, kind }) => boxFault(inputName !== '', kind),
  inputHint: ({ inputHint, kind }) => boxFault(inputHint !== '', kind),
  minInputLength: ({ minInputLength, kind }) => boxFault(minInputLength !== 1, kind),
  maxInputLength: ({ maxInputLength, minInputLength, kind }) =>
    maxInputLength < minInputLength
      ? 'must not be less than the shortest input'
      : boxFault(maxInputLength !== DEFAULT_INPUT_LENGTH, kind),
  opensAt: ({ opensAt, closesAt }) => halfFault(opensAt, closesAt),
  closesAt: ({ opensAt, closesAt }) => halfFault(closesAt, opensAt),
  maxPollSeconds: ({ maxPollSeconds, minPollSeconds }) =>
    maxPollSeconds < minPollSeconds ? 'must not be less than the seconds at first' : undefined,
}

/** `newServiceAttributes` are a service and its price for everyone, as files and `service create` give them. */
export const newServiceAttributes = {
  ...serviceAttributes,
  price: priceAttributes.price,
  currency: priceAttributes.currency,
}

function codeFault(code: string): string | undefined {
  if (code === '') return 'is missing'
  if (/^\d+$/.test(code)) return 'must not be all digits, as service ids are'
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(code)
    ? undefined
    : 'must be at most 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit'
}

const unitFault = (quantity: number, kind: string): string | undefined =>
  kind !== 'server' && quantity !== 1
    ? `must be 1: only server services have quantities, this is ${kind}`
    : undefined

const boxFault = (isOwn: boolean, kind: string): string | undefined =>
  isOwn && kind !== 'serial' ? `only serial services have an input of their own, this is ${kind}` : undefined

const halfFault = (time: string | null, other: string | null): string | undefined =>
  time === null && other !== null ? 'is missing: give both the opening and the closing time' : undefined

function readImeiFormat(value: unknown): ImeiFormat {
  if (value === 'check-digit') return 'imei'
  if (value === 'digits') return 'imei-digits'
  throw new Unreadable('must be one of check-digit, digits')
}

function readSchema(value: unknown): Record<string, unknown> {
  const given = readJson(value)
  if (isObject(given)) return given
  throw new Unreadable('must be a JSON object')
}

/** `readQuantities` reads a list, or a text with blanks, commas, semicolons or bars between its numbers. */
function readQuantities(value: unknown): number[] {
  const given = value === null ? [] : Array.isArray(value) ? value : readText(value).split(/[\s,;|]+/)
  const counts = given.map(readText).filter((count) => count !== '')
  if (!counts.every((count) => /^\d{1,9}$/.test(count)))
    throw new Unreadable('must be whole numbers such as 10,20,50')
  return counts.map(Number)
}

function quantitiesFault(counts: number[]): string | undefined {
  if (counts.length > MAX_QUANTITY_OPTIONS) return `at most ${MAX_QUANTITY_OPTIONS}`
  return counts.every((count) => Number.isInteger(count) && count >= 1 && count <= MAX_QUANTITY)
    ? undefined
    : `must be whole numbers from 1 to ${MAX_QUANTITY.toLocaleString('en')}`
}

function readNames(value: unknown): string[] {
  const list = Array.isArray(value) ? value.map(readText) : readText(value).split(';')
  return list.map((name) => name.trim()).filter((name) => name !== '')
}
