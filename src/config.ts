import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { DatabaseAccess } from './database/access.ts'
import { parseNetworks } from './lib/ip.ts'
import { type Micros, parseMicros, thousandsFault, ZERO } from './lib/money.ts'
import { SECRET_KEY_PATTERN } from './secrets/secret-key.ts'

/** Setting is the only definition of a setting. Its line of an error and its row of docs/operating.md are made from it. */
interface Setting<Value = unknown> {
  /** `help` says in Markdown what it is and takes: the docs have it as it is, whoever set it wrongly reads it without marks. */
  readonly help: string
  /** `default`, undefined: it need not be set. */
  readonly default: Value
  /** `defaultText` is the default in the docs, where the machine says what it is. */
  readonly defaultText?: string
  /** `min` and `max` bound a number. */
  readonly min?: number
  readonly max?: number
  /** `secret`: it is a password or holds one, and its value is never shown. */
  readonly secret?: boolean
  /** `kept`: where the environment does not make it, the staff may, in the console; then its least is `keptMin`, where that is more than `min`. */
  readonly kept?: boolean
  readonly keptMin?: number
  /** `keptMax` is how many characters of it the staff may write; 200 where nothing is said. */
  readonly keptMax?: number
  /** `read` gives undefined for what the setting does not take. */
  read(text: string): NonNullable<Value> | undefined
}

/** `registrations` are who may get an account without the staff: who asks for one; who is invited; nobody. */
const registrations = ['closed', 'invitation', 'open'] as const

/** MAX_TEXT bounds texts of several lines, in characters. */
const MAX_TEXT = 5000
const PLAIN_TEXT = `^(?:[^\\p{Cc}]|[\\n\\r\\t]){1,${MAX_TEXT}}$`

type Described = Omit<Setting, 'default' | 'read'>

const text = <Default extends string | undefined = undefined>({
  pattern = '',
  default: preset,
  ...described
}: Described & { pattern?: string; default?: Default }): Setting<
  Default extends string ? string : string | undefined
> => ({
  ...described,
  default: preset as never,
  read: (value) => (new RegExp(pattern, 'u').test(value) ? value : undefined) as never,
})

const integer = (described: Described & { default: number; min: number; max: number }): Setting<number> => ({
  ...described,
  read: (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    return number >= described.min && number <= described.max ? number : undefined
  },
})

const choice = <Word extends string>(
  words: readonly Word[],
  described: Described & { default: NoInfer<Word> },
): Setting<Word> => ({
  ...described,
  read: (value) => words.find((word) => word === value) as never,
})

/** `openFiles` gives how many files the process may have open, sockets among them; where the system does not say, more than enough. */
function openFiles(): number {
  try {
    const [, most = ''] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return most === '' ? Number.POSITIVE_INFINITY : Number(most)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** `settings` is every setting that imeigate reads, from the environment. */
const settings = {
  HOST: text({
    default: '127.0.0.1',
    help: 'address to listen on; `0.0.0.0` or `::` for every interface; `localhost` is 127.0.0.1',
  }),
  PORT: integer({
    default: 8080,
    min: 0,
    max: 65_535,
    help: 'port to listen on; `0` takes a free one',
  }),
  METRICS_ADDR: text({
    pattern: '^(\\[[0-9a-fA-F:.]+\\]|[^:\\[\\]\\s]+):\\d{1,5}$',
    help: 'another address, `host:port`, at which `/metrics` and what `/readyz` has to say are; see [Health and figures](#health-and-figures)',
  }),
  METRICS_TOKEN: text({
    pattern: '^\\S{16,200}$',
    secret: true,
    help: 'a text of 16 to 200 characters that is asked for, as `Authorization: Bearer ...`, before figures are told',
  }),
  DATABASE_URL: text({
    pattern: '^postgres(ql)?://',
    secret: true,
    help: 'a PostgreSQL >= 15, as `postgres://user:password@host/database`; without it the embedded one',
  }),
  MIGRATE_DATABASE_URL: text({
    pattern: '^postgres(ql)?://',
    secret: true,
    help: 'the same database by the role that owns its tables; `imeigate migrate`, and a start that migrates, connect by it, and nothing else does; see [Two roles](#two-roles)',
  }),
  IMEIGATE_DATA: text({ default: './data', help: 'data folder of the embedded database' }),
  IMEIGATE_ROLE: choice(['all', 'api', 'worker'], {
    default: 'all',
    help: '`api` answers requests, `worker` fulfils orders, `all` does both',
  }),
  DHRU_ALIASES: choice(['redirect', 'serve'], {
    default: 'redirect',
    help: 'how the other paths of the Dhru endpoint answer what only reads: `redirect` (308, with the answer in its body) or `serve` (200 in place); see [dhru.md](dhru.md#url)',
  }),
  DHRU_MAX_ROWS: integer({ default: 500, min: 1, max: 2000, help: 'rows in one bulk request' }),
  BODY_LIMIT: integer({ default: 2_097_152, min: 1024, max: 104_857_600, help: 'bytes of one request body' }),
  DHRU_BODY_LIMIT: integer({
    default: 1_048_576,
    min: 1024,
    max: 104_857_600,
    help: 'bytes of the body of one Dhru request, where `BODY_LIMIT` is not less: nobody knows who sends it before it is read',
  }),
  PLACEMENT_QUEUES: integer({
    default: Math.min(availableParallelism(), 4),
    defaultText: 'the cores, at most 4',
    min: 1,
    max: 64,
    help: 'queues for the orders of accounts whose wallets are held locked, in each process, beside the queue of all others',
  }),
  UNROUTED_SERVICES: choice(['refuse', 'wait'], {
    default: 'refuse',
    help: 'services without a working route: `refuse` does not sell them, `wait` sells them, and their orders wait for a route; see [suppliers.md](suppliers.md#services-without-a-working-route)',
  }),
  REST_REQUESTS_PER_MINUTE: integer({
    default: 300_000,
    min: 0,
    max: 100_000_000,
    help: 'requests to the REST API that a key without a limit of its own may make in a minute; `0`: as many as it likes; see [Throttles](#throttles)',
  }),
  DHRU_REQUESTS_PER_MINUTE: integer({
    default: 1_200_000,
    min: 0,
    max: 100_000_000,
    help: 'the same of requests to the Dhru endpoint',
  }),
  FAILED_LOGINS_PER_MINUTE: integer({
    default: 20,
    min: 0,
    max: 1_000_000,
    help: 'wrong credentials that are looked at in a minute, of one name from one address, and ten times as many of one address; `0`: as many as come; see [Throttles](#throttles)',
  }),
  MAX_CONNECTIONS: integer({
    default: Math.min(10_000, Math.max(100, openFiles() - 256)),
    defaultText: 'as many files as the process may have open, less 256, at most 10,000',
    min: 10,
    max: 1_000_000,
    help: 'connections of the HTTP server; when there are more, one that waits for its client gives way; see [Admission](#admission)',
  }),
  CONNECTIONS_PER_ADDRESS: integer({
    default: 500,
    min: 0,
    max: 1_000_000,
    help: 'the same of one client address; `0`: as many as there may be',
  }),
  REQUESTS_PER_ADDRESS: integer({
    default: 500,
    min: 0,
    max: 1_000_000,
    help: 'requests of one client address that are being answered at a time; `0`: as many as come',
  }),
  ANONYMOUS_BYTES_PER_SECOND: integer({
    default: 8_388_608,
    min: 0,
    max: 1_000_000_000,
    help: 'bytes of bodies that one client address may send in a second without valid credentials, four times as many at once; `0`: as many as come',
  }),
  TRUST_PROXY: text({
    default: '',
    help: 'addresses or CIDR blocks of reverse proxies whose `X-Forwarded-For` is believed, comma-separated',
  }),
  PUBLIC_URL: text({
    pattern: '^https?://[^\\s/?#@]+/?$',
    help: 'where people and programs reach the server, as `https://imei.example.com`: what links name, and what [passkeys](operator-api.md#passkeys) are bound to',
  }),
  CONSOLE_ALLOW: text({
    default: '',
    help: 'addresses or CIDR blocks that may call the [operator API](operator-api.md), comma-separated; without it every address may',
  }),
  REGISTRATION: choice(registrations, {
    default: 'invitation',
    kept: true,
    help: '`open`: who has no account may ask for one in the [portal](portal.md#registration), by e-mail address, and somebody of the staff decides; it needs `PUBLIC_URL`. `invitation`: the portal says that accounts are by invitation. `closed`: it says that there are no new accounts',
  }),
  PORTAL_WELCOME: text({
    pattern: PLAIN_TEXT,
    kept: true,
    keptMax: MAX_TEXT,
    help: 'plain text of up to 5,000 characters that the page says on which one [asks for an account](portal.md#registration)',
  }),
  PORTAL_TERMS: text({
    pattern: PLAIN_TEXT,
    kept: true,
    keptMax: MAX_TEXT,
    help: 'plain text of up to 5,000 characters: the terms to which somebody agrees by asking for an account',
  }),
  READ_ONLY_SEES_COSTS: choice(['no', 'yes'], {
    default: 'no',
    kept: true,
    help: '`yes`: people with the role read-only see costs, margins and balances at suppliers, and the reports, too ([roles](cli.md#staff-token))',
  }),
  HOME_CURRENCY: text({
    pattern: '^[A-Z]{3}$',
    kept: true,
    help: 'the currency that the business counts in, such as `USD`: figures are shown in it first, and forms begin with it',
  }),
  NEW_ACCOUNT_CURRENCY: text({
    pattern: '^[A-Z]{3}$',
    kept: true,
    help: 'the currency that forms of new accounts begin with; without it `HOME_CURRENCY`',
  }),
  NEW_ACCOUNT_GROUP: text({
    pattern: '^[^\\p{Cc}]{1,100}$',
    kept: true,
    help: 'the price group that forms of new accounts begin with',
  }),
  OUTBOUND_ALLOW: text({
    default: '',
    help: 'addresses or CIDR blocks beside the public ones that suppliers, webhooks and notice channels may be at, also without TLS, comma-separated',
  }),
  IMEIGATE_SECRET_KEY: text({
    pattern: SECRET_KEY_PATTERN,
    secret: true,
    help: "the key of all secrets that are kept: suppliers', payment gateways', webhooks' and notice channels', 32 bytes as 64 hex digits or base64; without it `secret.key` in the data folder",
  }),
  IMEIGATE_SECRET_KEY_NEXT: text({
    pattern: SECRET_KEY_PATTERN,
    secret: true,
    help: 'the key that takes the place of `IMEIGATE_SECRET_KEY`, while it is [rotated](#rotation-of-the-secret-key)',
  }),
  CURRENCY_DECIMALS: text({
    default: '',
    pattern: '^[A-Z]{3}=[0-6](,[A-Z]{3}=[0-6])*$',
    help: 'decimals that amounts of a currency have, where ICU says other ones than people use: `HUF=2,TZS=0`',
  }),
  TRANSFER_MINIMUMS: text({
    default: '',
    pattern: '^[A-Z]{3}=\\d{1,9}(\\.\\d{1,6})?(,[A-Z]{3}=\\d{1,9}(\\.\\d{1,6})?)*$',
    help: 'the least that one account may send to another, by currency: `USD=1,IDR=10000`; of the others it is the smallest amount that the currency has in use, such as 0.01 USD',
  }),
  SUPPLIER_BALANCE_MINUTES: integer({
    kept: true,
    default: 10,
    min: 0,
    max: 1440,
    help: 'minutes after which each supplier in use is asked for our balance, for its history; `0`: only when something else asks',
  }),
  EXCHANGE_DAYS: integer({
    default: 30,
    min: 1,
    max: 365,
    help: 'days that [what was sent to suppliers and received](suppliers.md#what-was-sent-and-received) is kept',
  }),
  EXCHANGE_BYTES: integer({
    default: 16_384,
    min: 1024,
    max: 65_536,
    help: 'characters of each request to a supplier, and of each answer, that are kept at most',
  }),
  REQUEST_LOG_DAYS: integer({
    kept: true,
    // Whether anything is logged is said where the process starts.
    keptMin: 1,
    default: 30,
    min: 0,
    max: 3650,
    help: "days that requests stay in [resellers' own log](#the-request-log); `0`: none are logged",
  }),
  DIGEST_TIMES: text({
    pattern: '^(off|([01]\\d|2[0-3]):[0-5]\\d(,([01]\\d|2[0-3]):[0-5]\\d){0,23})$',
    default: '08:00,18:00',
    kept: true,
    help: 'when operators get the [digest](notices.md#the-digest), comma-separated, in the time zone of the [figures](cli.md#report); `off`: never',
  }),
  BACKUP_HOURS: integer({
    default: 0,
    min: 0,
    max: 8784,
    help: 'hours from one scheduled [backup](backup.md) to the next; `0`: none is scheduled',
  }),
  BACKUP_FOLDER: text({
    default: '',
    help: 'folder of scheduled backups, and of those that are given no file; without it `backups` in the data folder',
  }),
  BACKUP_KEEP: integer({
    default: 14,
    min: 1,
    max: 10_000,
    help: 'scheduled backups that are kept; the file of an older one is removed once a newer one is whole',
  }),
  BACKUP_PASSPHRASE: text({
    pattern: '^.{12,1000}$',
    secret: true,
    help: 'what backups are encrypted with, and opened with, that are given no other, 12 characters at least; without it they are not encrypted',
  }),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    help: '`trace`, `debug`, `info`, `warn`, `error` or `silent`',
  }),
}

/** `isSetting` tells whether a name is that of a setting, of the file that holds one, or of what PostgreSQL's driver reads. */
export const isSetting = (name: string): boolean =>
  name in settings ||
  (name.endsWith('_FILE') && (settings as Record<string, Setting>)[name.slice(0, -5)]?.secret === true) ||
  /^PG[A-Z]+$/.test(name)

/** `settingsTable` writes the table of settings in docs/operating.md. */
export function settingsTable(): string {
  const rows = Object.entries<Setting>(settings).map(
    ([name, { help, default: preset, defaultText, secret, ...one }]) => {
      const shown = preset === undefined || preset === '' ? '' : `\`${preset}\``
      return `| \`${name}\`${secret ? `, \`${name}_FILE\`` : ''} | ${defaultText ?? shown} | ${help}${rangeOf(one)} |`
    },
  )
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}

/** `rangeOf` writes the bounds of a number behind what it is. */
const rangeOf = ({ min, max }: Pick<Setting, 'min' | 'max'>): string =>
  min === undefined || max === undefined ? '' : `; ${counted(min)} to ${counted(max)}`

const counted = (number: number): string => number.toLocaleString('en-US')

type Values = { [Name in keyof typeof settings]: (typeof settings)[Name]['default'] }

/** ShownSetting is a setting as operators see it. */
export interface ShownSetting {
  name: string
  /** `value` is the text that holds, given or by default; null: it is not set, or is a secret. */
  value: string | null
  /** `isSet`, false: the default holds. */
  isSet: boolean
  isSecret: boolean
  /** `source` is who gave the value: the environment, the staff in the console, or nobody. */
  source: 'environment' | 'console' | 'default'
  /** `isEditable`: the staff may give it. */
  isEditable: boolean
  help: string
}

/** `shownSettings` gives every setting as an environment has it, or else the staff, and no secret. */
const shownSettings = (environment: NodeJS.ProcessEnv, kept: ReadonlyMap<string, string>): ShownSetting[] =>
  Object.entries<Setting>(settings).map(([name, setting]) => {
    const { default: preset, secret = false, help, ...bounds } = setting
    const given = environment[name]?.trim() || (secret ? environment[`${name}_FILE`]?.trim() : undefined)
    const byStaff = setting.kept && !given ? kept.get(name) : undefined
    const byDefault = preset === undefined || preset === '' ? null : String(preset)
    return {
      name,
      value: secret ? null : given || (byStaff ?? byDefault),
      isSet: Boolean(given ?? byStaff),
      isSecret: secret,
      source: given ? 'environment' : byStaff === undefined ? 'default' : 'console',
      isEditable: setting.kept === true && !given,
      help: `${help}${rangeOf(bounds)}`,
    }
  })

/** KEEPABLE are the settings that the staff may make. */
const KEEPABLE = [
  'REGISTRATION',
  'PORTAL_WELCOME',
  'PORTAL_TERMS',
  'READ_ONLY_SEES_COSTS',
  'HOME_CURRENCY',
  'NEW_ACCOUNT_CURRENCY',
  'NEW_ACCOUNT_GROUP',
  'SUPPLIER_BALANCE_MINUTES',
  'REQUEST_LOG_DAYS',
  'DIGEST_TIMES',
] as const satisfies (keyof Values)[]

const MAX_KEPT = 200

/** `keepable` are their names, with how many characters of each may be kept. */
export const keepable: readonly { name: (typeof KEEPABLE)[number]; maxLength: number }[] = KEEPABLE.map(
  (name) => ({ name, maxLength: (settings[name] as Setting).keptMax ?? MAX_KEPT }),
)

/** LiveSettings are those that may change while the process runs. */
export interface LiveSettings {
  /** `registration`: where nobody could be mailed a link, none is open. */
  registration: (typeof registrations)[number]
  /** `portalWelcome` and `portalTerms`, null: there is none. */
  portalWelcome: string | null
  portalTerms: string | null
  /** `readOnlySeesCosts`: the role read-only has `costs.read` and `reports.read`. */
  readOnlySeesCosts: boolean
  /** `homeCurrency`, null: nobody said. */
  homeCurrency: string | null
  newAccountCurrency: string | null
  /** `newAccountGroup` is the name of a price group; null: none. */
  newAccountGroup: string | null
  /** `supplierBalanceMinutes`, 0: suppliers are not asked for the history's sake. */
  supplierBalanceMinutes: number
  requestLogDays: number
  /** `digestTimes` are times of the day such as 08:00; none: there is no digest. */
  digestTimes: string[]
}

/** `rulesIn` gives the rules by which settings are kept beside those of an environment. */
const rulesIn = (environment: NodeJS.ProcessEnv) => ({
  faultOf(name: string, value: string): string | undefined {
    const setting = KEEPABLE.some((one) => one === name)
      ? (settings as Record<string, Setting>)[name]
      : undefined
    if (!setting) return 'is not made here'
    if (environment[name]?.trim()) return 'is made by the environment of the server, which goes before'
    if (value === '') return undefined
    const read = setting.read(value)
    const isLess = typeof read === 'number' && read < (setting.keptMin ?? 0)
    if (read === undefined || isLess)
      return `must be: ${setting.help.replace(/`|\[(.*?)\]\(.*?\)/g, '$1')}${rangeOf(setting)}`
    const isUnreachable = name === 'REGISTRATION' && value === 'open' && !environment['PUBLIC_URL']?.trim()
    return isUnreachable ? 'needs the setting PUBLIC_URL, which the links in mails name' : undefined
  },
  valuesWith(kept: ReadonlyMap<string, string>): LiveSettings {
    // What an earlier version took and this one does not is as by default.
    const fitting = [...kept].filter(([name, value]) => this.faultOf(name, value) === undefined)
    return liveOf(readValues({ ...environment, ...Object.fromEntries(fitting) }))
  },
  shown: (kept: ReadonlyMap<string, string>): ShownSetting[] => shownSettings(environment, kept),
})

const liveOf = (values: Values): LiveSettings => ({
  registration:
    values.REGISTRATION === 'open' && values.PUBLIC_URL === undefined ? 'invitation' : values.REGISTRATION,
  portalWelcome: values.PORTAL_WELCOME ?? null,
  portalTerms: values.PORTAL_TERMS ?? null,
  readOnlySeesCosts: values.READ_ONLY_SEES_COSTS === 'yes',
  homeCurrency: values.HOME_CURRENCY ?? null,
  newAccountCurrency: values.NEW_ACCOUNT_CURRENCY ?? values.HOME_CURRENCY ?? null,
  newAccountGroup: values.NEW_ACCOUNT_GROUP ?? null,
  supplierBalanceMinutes: values.SUPPLIER_BALANCE_MINUTES,
  requestLogDays: values.REQUEST_LOG_DAYS,
  digestTimes: values.DIGEST_TIMES === 'off' ? [] : values.DIGEST_TIMES.split(','),
})

/** Config is the settings as the composition root hands them to parts. */
export type Config = ReturnType<typeof readConfig>

/** WrongSettings says what is wrong with settings. */
export class WrongSettings extends Error {}

/** `readConfig` reads the settings. It throws one WrongSettings that names every setting that is wrong and what it takes. */
export function readConfig(environment: NodeJS.ProcessEnv) {
  const values = readValues(environment)
  refuseUnreachable(values)
  const decimals = decimalsIn(values.CURRENCY_DECIMALS)
  return {
    /** `kept` are the rules by which the staff makes settings. */
    kept: rulesIn(environment),
    host: values.HOST,
    port: values.PORT,
    /** `metricsAddress`, undefined: figures are at the same address as all the rest. */
    metricsAddress: addressIn(values.METRICS_ADDR),
    metricsToken: values.METRICS_TOKEN,
    /** `database`, undefined: it is the embedded one. */
    database: accessOf(values),
    /** `dataFolder` is an absolute path. */
    dataFolder: resolve(values.IMEIGATE_DATA),
    role: values.IMEIGATE_ROLE,
    dhruAliases: values.DHRU_ALIASES,
    dhruMaxRows: values.DHRU_MAX_ROWS,
    bodyLimit: values.BODY_LIMIT,
    dhruBodyLimit: Math.min(values.DHRU_BODY_LIMIT, values.BODY_LIMIT),
    placementQueues: values.PLACEMENT_QUEUES,
    sellsUnrouted: values.UNROUTED_SERVICES === 'wait',
    restRequestsPerMinute: values.REST_REQUESTS_PER_MINUTE,
    dhruRequestsPerMinute: values.DHRU_REQUESTS_PER_MINUTE,
    failedLoginsPerMinute: values.FAILED_LOGINS_PER_MINUTE,
    trustProxy: networksOf('TRUST_PROXY', values.TRUST_PROXY),
    admission: {
      proxies: networksOf('TRUST_PROXY', values.TRUST_PROXY),
      connections: values.MAX_CONNECTIONS,
      connectionsPerAddress: values.CONNECTIONS_PER_ADDRESS,
      requestsPerAddress: values.REQUESTS_PER_ADDRESS,
      bytesPerSecond: values.ANONYMOUS_BYTES_PER_SECOND,
    },
    /** `publicUrl` is without a slash at its end; undefined: nobody said. */
    publicUrl: values.PUBLIC_URL?.replace(/\/$/, ''),
    /** `consoleAllow`, empty: every address may call the operator API. */
    consoleAllow: networksOf('CONSOLE_ALLOW', values.CONSOLE_ALLOW),
    outboundAllow: networksOf('OUTBOUND_ALLOW', values.OUTBOUND_ALLOW),
    /** `secretKey` is as it was given; see `loadSecretKey`. */
    secretKey: values.IMEIGATE_SECRET_KEY,
    nextSecretKey: values.IMEIGATE_SECRET_KEY_NEXT,
    logsRequests: values.REQUEST_LOG_DAYS > 0,
    /** `exchanges` are what was sent to suppliers and received: for how long it is kept, and how many characters of each. */
    exchanges: { days: values.EXCHANGE_DAYS, length: values.EXCHANGE_BYTES },
    backups: {
      everyHours: values.BACKUP_HOURS,
      folder: resolve(values.BACKUP_FOLDER || join(values.IMEIGATE_DATA, 'backups')),
      keep: values.BACKUP_KEEP,
      passphrase: values.BACKUP_PASSPHRASE,
    },
    decimals,
    transferMinimums: minimumsIn(values.TRANSFER_MINIMUMS, decimals),
    logLevel: values.LOG_LEVEL,
  }
}

function refuseUnreachable({ REGISTRATION: registration, PUBLIC_URL: url }: Values): void {
  if (registration === 'open' && url === undefined) {
    throw new WrongSettings('REGISTRATION=open needs PUBLIC_URL, which the links in mails name')
  }
}

function accessOf({
  DATABASE_URL: serving,
  MIGRATE_DATABASE_URL: owner,
}: Values): DatabaseAccess | undefined {
  if (serving !== undefined) return { serving, owner: owner ?? serving }
  if (owner === undefined) return undefined
  throw new WrongSettings('MIGRATE_DATABASE_URL is of no use without DATABASE_URL, by which imeigate serves')
}

const decimalsIn = (text: string): ReadonlyMap<string, number> =>
  new Map(byCurrency(text).map(([currency, decimals]) => [currency, Number(decimals)]))

function minimumsIn(text: string, decimals: ReadonlyMap<string, number>): ReadonlyMap<string, Micros> {
  const minimums = byCurrency(text).map(([currency, amount]): [string, Micros] => {
    const doubt = thousandsFault(amount, currency, decimals.get(currency))
    if (doubt !== undefined) throw new WrongSettings(`TRANSFER_MINIMUMS: ${amount} ${doubt}`)
    return [currency, parseMicros(amount) ?? ZERO]
  })
  return new Map(minimums)
}

function addressIn(text: string | undefined): { host: string; port: number } | undefined {
  if (text === undefined) return undefined
  const colon = text.lastIndexOf(':')
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

/** `byCurrency` splits a text such as `HUF=2,TZS=0`. */
const byCurrency = (text: string): [currency: string, value: string][] =>
  text.split(',').flatMap((one): [string, string][] => {
    const [currency = '', value] = one.split('=')
    return value === undefined ? [] : [[currency, value]]
  })

function readValues(environment: NodeJS.ProcessEnv): Values {
  const wrong: string[] = []
  const values = Object.entries<Setting>(settings).map(([name, one]) => {
    const given = givenTo(name, one, environment, wrong)?.trim()
    if (given === undefined || given === '') return [name, one.default]
    const value = one.read(given)
    if (value === undefined) {
      const what = one.secret ? name : `${name}=${JSON.stringify(environment[name])}`
      const help = one.help.replace(/`|\[(.*?)\]\(.*?\)/g, '$1')
      wrong.push(`${what} is not valid (${help}${rangeOf(one)})`)
    }
    return [name, value]
  })
  if (wrong.length > 0) throw new WrongSettings(wrong.join('\n'))
  return Object.fromEntries(values) as Values
}

/** `givenTo` gives the text of a setting; that of a secret may be in a file, which `NAME_FILE` names. */
function givenTo(
  name: string,
  { secret }: Setting,
  environment: NodeJS.ProcessEnv,
  wrong: string[],
): string | undefined {
  const given = environment[name]
  const file = secret ? environment[`${name}_FILE`]?.trim() : undefined
  if (file === undefined || file === '') return given
  if (given !== undefined && given.trim() !== '') {
    wrong.push(`${name} and ${name}_FILE are both set: only one of them may be`)
    return undefined
  }
  try {
    const text = readFileSync(file, 'utf8')
    if (text.trim() === '') wrong.push(`${name}_FILE names ${file}, which is empty`)
    return text
  } catch (error) {
    wrong.push(`${name}_FILE names ${file}, which cannot be read (${(error as NodeJS.ErrnoException).code})`)
    return undefined
  }
}

function networksOf(name: string, text: string): string[] {
  try {
    return parseNetworks(text)
  } catch (error) {
    throw new WrongSettings(`${name}: ${(error as Error).message}`)
  }
}
