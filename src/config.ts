import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseNetworks, readNetwork } from './lib/ip.ts'
import { SECRET_KEY_PATTERN } from './secrets/secret-key.ts'

/** Setting is the only definition of a setting. Its line of an error and its row of docs/operating.md are made from it. */
interface Setting<Value = unknown> {
  /** `help` says what it is and takes, for whoever set it wrongly, and for the docs. */
  readonly help: string
  /** `docs` is in the place of `help` in the docs, where they say it with links and code. */
  readonly docs: string | undefined
  /** `default`, undefined: it need not be set. */
  readonly default: Value
  /** `defaultText` is the default in the docs, where the machine says what it is. */
  readonly defaultText: string | undefined
  /** `min` and `max` bound a number. */
  readonly min: number | undefined
  readonly max: number | undefined
  /** `secret`: it is a password or holds one, and its value is never shown. */
  readonly secret: boolean
  /** `read` gives undefined for what the setting does not take. */
  read(text: string): NonNullable<Value> | undefined
}

interface Described {
  help: string
  docs?: string
  defaultText?: string
  secret?: boolean
}

const setting = <Value>(
  { help, docs, defaultText, secret = false, min, max }: Described & { min?: number; max?: number },
  preset: Value,
  read: Setting<Value>['read'],
): Setting<Value> => ({ help, docs, default: preset, defaultText, min, max, secret, read })

const text = <Default extends string | undefined = undefined>(
  described: Described & { pattern?: string; default?: Default },
): Setting<Default extends string ? string : string | undefined> => {
  const pattern = new RegExp(described.pattern ?? '')
  return setting(
    described,
    described.default as Default extends string ? string : string | undefined,
    (value) => (pattern.test(value) ? value : undefined) as never,
  )
}

const integer = (described: Described & { default: number; min: number; max: number }): Setting<number> =>
  setting(described, described.default, (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    return number >= described.min && number <= described.max ? number : undefined
  })

const choice = <Word extends string>(
  words: Word[],
  described: Described & { default: NoInfer<Word> },
): Setting<Word> =>
  setting(described, described.default, (value) => words.find((word) => word === value) as never)

/** `settings` is every setting that imeigate reads, from the environment. */
const settings = {
  HOST: text({
    default: '127.0.0.1',
    help: 'address to listen on',
    docs: 'address to listen on; `0.0.0.0` or `::` for every interface',
  }),
  PORT: integer({
    default: 8080,
    min: 0,
    max: 65_535,
    help: 'port to listen on; 0 takes a free one',
    docs: 'port to listen on; `0` takes a free one',
  }),
  DATABASE_URL: text({
    pattern: '^postgres(ql)?://',
    secret: true,
    help: 'a PostgreSQL >= 15; without it an embedded one is used',
    docs: 'a PostgreSQL >= 15, as `postgres://user:password@host/database`; without it the embedded one',
  }),
  IMEIGATE_DATA: text({ default: './data', help: 'data folder of the embedded database' }),
  IMEIGATE_ROLE: choice(['all', 'api', 'worker'], {
    default: 'all',
    help: 'what this process does: answer requests (api), fulfil orders (worker), or both (all)',
    docs: '`api` answers requests, `worker` fulfils orders, `all` does both',
  }),
  DHRU_ALIASES: choice(['redirect', 'serve'], {
    default: 'redirect',
    help: 'how /api/index.php and /api/dhru/index.php answer: 308 with the answer in its body, or 200 in place',
    docs: 'how `/api/index.php` and `/api/dhru/index.php` answer: `redirect` (308, with the answer in its body) or `serve` (200 in place)',
  }),
  DHRU_MAX_ROWS: integer({ default: 500, min: 1, max: 10_000, help: 'rows in one bulk request' }),
  BODY_LIMIT: integer({ default: 2_097_152, min: 1024, max: 104_857_600, help: 'bytes of one request body' }),
  PLACEMENT_QUEUES: integer({
    default: Math.min(availableParallelism(), 4),
    defaultText: 'the cores, at most 4',
    min: 1,
    max: 64,
    help: 'queues for the orders of accounts whose wallets are held locked, in each process, beside the queue of all others',
  }),
  REST_REQUESTS_PER_MINUTE: integer({
    default: 300_000,
    min: 0,
    max: 100_000_000,
    help: 'requests to the REST API that one key may make in a minute, in each process; 0: as many as it likes',
    docs: 'requests to the REST API that one key may make in a minute, in each process; `0`: as many as it likes',
  }),
  TRUST_PROXY: text({
    default: '',
    help: 'addresses or CIDR blocks of reverse proxies whose X-Forwarded-For is believed, comma-separated',
    docs: 'addresses or CIDR blocks of reverse proxies whose `X-Forwarded-For` is believed, comma-separated',
  }),
  OUTBOUND_ALLOW: text({
    default: '',
    help: 'addresses or CIDR blocks beside the public ones that suppliers, webhooks and notice channels may be at, also without TLS, comma-separated',
  }),
  IMEIGATE_SECRET_KEY: text({
    pattern: SECRET_KEY_PATTERN,
    secret: true,
    help: '32 bytes as 64 hex digits or base64; without it secret.key in the data folder is used',
    docs: "the key of all secrets that are kept: suppliers', payment gateways', webhooks' and notice channels', 32 bytes as 64 hex digits or base64; without it `secret.key` in the data folder",
  }),
  REQUEST_LOG_DAYS: integer({
    default: 30,
    min: 0,
    max: 3650,
    help: 'days that resellers’ requests stay in their log; 0: none are logged',
    docs: "days that requests stay in [resellers' own log](#the-request-log); `0`: none are logged",
  }),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    help: 'least level that is logged',
    docs: '`trace`, `debug`, `info`, `warn`, `error` or `silent`',
  }),
}

/** `settingsTable` writes the table of settings in docs/operating.md. */
export function settingsTable(): string {
  const rows = Object.entries<Setting>(settings).map(
    ([name, { help, docs, default: preset, defaultText, ...one }]) => {
      const shown = preset === undefined || preset === '' ? '' : `\`${preset}\``
      return `| \`${name}\` | ${defaultText ?? shown} | ${docs ?? help}${rangeOf(one)} |`
    },
  )
  return ['| setting | default | meaning |', '| --- | --- | --- |', ...rows].join('\n')
}

/** `rangeOf` writes the bounds of a number behind what it is. */
const rangeOf = ({ min, max }: Pick<Setting, 'min' | 'max'>): string =>
  min === undefined || max === undefined ? '' : `; ${counted(min)} to ${counted(max)}`

const counted = (number: number): string => number.toLocaleString('en-US')

type Values = { [Name in keyof typeof settings]: (typeof settings)[Name]['default'] }

/** Config is the settings as the composition root hands them to parts. */
export interface Config {
  host: string
  port: number
  databaseUrl: string | undefined
  /** `dataFolder` is an absolute path. */
  dataFolder: string
  role: 'all' | 'api' | 'worker'
  dhruAliases: 'redirect' | 'serve'
  dhruMaxRows: number
  bodyLimit: number
  placementQueues: number
  restRequestsPerMinute: number
  trustProxy: string[]
  outboundAllow: string[]
  /** `secretKey` is as it was given; see `loadSecretKey`. */
  secretKey: string | undefined
  /** `requestLogDays`, 0: nothing is logged. */
  requestLogDays: number
  logLevel: string
}

/** `readConfig` reads the settings. It throws one Error that names every setting that is wrong and what it takes. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const values = readValues(environment)
  const trustProxy = values.TRUST_PROXY.split(',')
    .map((block) => block.trim())
    .filter(Boolean)
  const wrongProxy = trustProxy.find((block) => !readNetwork(block))
  if (wrongProxy !== undefined) {
    throw new Error(`TRUST_PROXY: ${JSON.stringify(wrongProxy)} is no IP address or CIDR block`)
  }
  return {
    host: values.HOST,
    port: values.PORT,
    databaseUrl: values.DATABASE_URL,
    dataFolder: resolve(values.IMEIGATE_DATA),
    role: values.IMEIGATE_ROLE,
    dhruAliases: values.DHRU_ALIASES,
    dhruMaxRows: values.DHRU_MAX_ROWS,
    bodyLimit: values.BODY_LIMIT,
    placementQueues: values.PLACEMENT_QUEUES,
    restRequestsPerMinute: values.REST_REQUESTS_PER_MINUTE,
    trustProxy,
    outboundAllow: networksOf('OUTBOUND_ALLOW', values.OUTBOUND_ALLOW),
    secretKey: values.IMEIGATE_SECRET_KEY,
    requestLogDays: values.REQUEST_LOG_DAYS,
    logLevel: values.LOG_LEVEL,
  }
}

function readValues(environment: NodeJS.ProcessEnv): Values {
  const wrong: string[] = []
  const values = Object.entries<Setting>(settings).map(([name, one]) => {
    const given = environment[name]?.trim()
    if (given === undefined || given === '') return [name, one.default]
    const value = one.read(given)
    if (value === undefined) {
      const what = one.secret ? name : `${name}=${JSON.stringify(environment[name])}`
      wrong.push(`${what} is not valid (${one.help}${rangeOf(one)})`)
    }
    return [name, value]
  })
  if (wrong.length > 0) throw new Error(wrong.join('\n'))
  return Object.fromEntries(values) as Values
}

function networksOf(name: string, text: string): string[] {
  try {
    return parseNetworks(text)
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`)
  }
}
