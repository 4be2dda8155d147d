import { isDeepStrictEqual } from 'node:util'
import type { Fault } from '../errors.ts'
import { fault, type Result, resultOf } from '../lib/fault.ts'
import { isObject } from '../lib/json.ts'
import { isTimeZone } from '../lib/wall-clock.ts'
import { type Columns, columnsOf, type PartName, partNames } from './columns.ts'

/** PartMapping says where the rows of a part stand, and which of their columns has what. */
export interface PartMapping {
  file: string
  /** `columns` has, by our name of a column, the names that panels have for it: the first that the file has counts, in any case. */
  columns: Readonly<Record<string, readonly string[]>>
  /** `values` has, by our name of a column, our words by the panel's, which are compared in any case. */
  values: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** `defaults` has, by our name of a column, what stands for an empty cell. */
  defaults: Readonly<Record<string, string>>
  /** `asked` are our names of columns that a mapping file calls otherwise than the default does: the file must have them. */
  asked: readonly string[]
}

/** Mapping is how the files of a panel are read. */
export interface Mapping extends Readonly<Record<PartName, PartMapping>> {
  /** `timeZone` is that of times that say none. */
  timeZone: string
}

const pending = ['0', 'new', 'pending', 'waiting', 'waiting action', 'in queue']
const processing = ['1', 'processing', 'in process', 'in progress', 'inprocess']
const success = ['4', 'success', 'completed', 'complete', 'done', 'available']
const failed = ['3', 'failed', 'rejected', 'not available', 'unavailable', 'refunded', 'error']
const cancelled = ['cancelled', 'canceled']

const words = (by: Record<string, readonly string[]>): Record<string, string> =>
  Object.fromEntries(Object.entries(by).flatMap(([ours, theirs]) => theirs.map((word) => [word, ours])))

const types = words({ imei: ['0', 'imei', 'imei service'], server: ['1', '2', 'server', 'server service'] })

const plain = (file: string): Omit<PartMapping, 'columns'> => ({ file, values: {}, defaults: {}, asked: [] })

/** `defaultMapping` fits files with our own names, and those that Dhru panels have. */
export const defaultMapping: Mapping = {
  timeZone: 'UTC',
  groups: { ...plain('groups.csv'), columns: columnsOf('groups') },
  services: {
    ...plain('services.csv'),
    columns: columnsOf('services'),
    values: {
      kind: { ...types, serial: 'serial', sn: 'serial' },
      active: words({ yes: ['active', 'enabled', 'on'], no: ['inactive', 'disabled', 'off'] }),
    },
    defaults: { group: 'Services' },
  },
  accounts: {
    ...plain('accounts.csv'),
    columns: columnsOf('accounts'),
    values: {
      status: words({
        active: ['1', 'active', 'yes'],
        closed: ['0', 'closed', 'inactive', 'suspended', 'no'],
      }),
    },
  },
  keys: { ...plain('keys.csv'), columns: columnsOf('keys') },
  prices: { ...plain('prices.csv'), columns: columnsOf('prices') },
  orders: {
    ...plain('orders.csv'),
    columns: columnsOf('orders'),
    values: { state: words({ pending, processing, success, failed, cancelled }), type: types },
  },
}

/** `mappingJson` writes a mapping as its file has it. */
export const mappingJson = ({ timeZone, ...parts }: Mapping): Record<string, unknown> => ({
  time_zone: timeZone,
  ...Object.fromEntries(
    Object.entries(parts).map(([name, { file, columns, values, defaults }]) => [
      name,
      {
        file,
        columns: Object.fromEntries(
          Object.entries(columns).map(([ours, theirs]) => [ours, theirs.length === 1 ? theirs[0] : theirs]),
        ),
        ...(Object.keys(values).length > 0 && { values }),
        ...(Object.keys(defaults).length > 0 && { defaults }),
      },
    ]),
  ),
})

/** `readMapping` reads a mapping file: what it says goes before the default, name by name. The faults have the path to each value. */
export function readMapping(text: string): Result<Mapping> {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    return resultOf(defaultMapping, [{ path: [], message: `not JSON: ${(error as Error).message}` }])
  }
  if (!isObject(json)) return resultOf(defaultMapping, [{ path: [], message: 'must be an object' }])
  const faults: Fault[] = []
  const { time_zone: zone = defaultMapping.timeZone, ...given } = json
  if (typeof zone !== 'string' || !isTimeZone(zone)) {
    faults.push(fault('time_zone', 'must be a time zone such as Asia/Jakarta'))
  }
  for (const name of Object.keys(given)) {
    if (!partNames.includes(name as PartName)) {
      faults.push(fault(name, `is no part: there are ${partNames.join(', ')}`))
    }
  }
  const parts = Object.fromEntries(
    partNames.map((name) => [name, partOf(name, given[name] ?? {}, faults)]),
  ) as Record<PartName, PartMapping>
  return resultOf({ timeZone: String(zone), ...parts }, faults)
}

function partOf(name: PartName, given: unknown, faults: Fault[]): PartMapping {
  const preset = defaultMapping[name]
  const wrong = (path: (string | number)[], message: string): void => {
    faults.push({ path: [name, ...path], message })
  }
  if (!isObject(given)) {
    wrong([], 'must be an object')
    return preset
  }
  const { file = preset.file, columns = {}, values = {}, defaults = {}, ...others } = given
  for (const other of Object.keys(others)) wrong([other], 'is none of file, columns, values, defaults')
  if (typeof file !== 'string' || file.trim() === '') wrong(['file'], 'must be the name of a file')
  const known = preset.columns as Columns
  /** `eachOf` gives what is said of each of our columns. */
  const eachOf = (of: string, what: unknown): [string, unknown][] => {
    if (!isObject(what)) {
      wrong([of], 'must be an object')
      return []
    }
    return Object.entries(what).filter(([ours]) => {
      if (Object.hasOwn(known, ours)) return true
      wrong([of, ours], `is no column of ${name}: there are ${Object.keys(known).join(', ')}`)
      return false
    })
  }
  const named = eachOf('columns', columns).map(([ours, theirs]): [string, string[]] => {
    const list = Array.isArray(theirs) ? theirs : [theirs]
    if (list.every((one) => typeof one === 'string' && one.trim() !== '')) return [ours, list as string[]]
    wrong(['columns', ours], "must be the panel's name of the column, or a list of names")
    return [ours, []]
  })
  const worded = eachOf('values', values).map(([ours, theirs]): [string, Record<string, string>] => {
    const all = isObject(theirs) ? theirs : {}
    if (isObject(theirs) && Object.values(all).every((word) => typeof word === 'string')) {
      const lower = Object.entries(all).map(([theirs, word]) => [theirs.trim().toLowerCase(), word])
      return [ours, { ...preset.values[ours], ...Object.fromEntries(lower) }]
    }
    wrong(['values', ours], "must have our words by the panel's")
    return [ours, {}]
  })
  const filled = eachOf('defaults', defaults).map(([ours, text]): [string, string] => {
    if (typeof text !== 'string') wrong(['defaults', ours], 'must be a text')
    return [ours, String(text)]
  })
  return {
    file: String(file),
    columns: { ...preset.columns, ...Object.fromEntries(named) },
    values: { ...preset.values, ...Object.fromEntries(worded) },
    defaults: { ...preset.defaults, ...Object.fromEntries(filled) },
    asked: named.flatMap(([ours, theirs]) => (isDeepStrictEqual(theirs, known[ours]) ? [] : [ours])),
  }
}
