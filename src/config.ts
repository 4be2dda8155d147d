import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseNetworks, readNetwork } from './lib/ip.ts'
import {
  MAIL_FROM_PATTERN,
  type MailSettings,
  readMailSettings,
  SMTP_URL_PATTERN,
} from './notices/mail-settings.ts'
import { BOT_TOKEN_PATTERN, type TelegramSettings } from './notices/telegram.ts'
import { SECRET_KEY_PATTERN } from './secrets/secret-key.ts'

interface Setting<Value> {
  /** What it is and takes, for who set it wrongly. */
  says: string
  /** undefined: it need not be set. */
  default: Value
  /** undefined: it does not take this. */
  read(text: string): NonNullable<Value> | undefined
}

const text = <Default extends string | undefined = undefined>({
  pattern = '',
  says,
  ...given
}: {
  says: string
  pattern?: string
  default?: Default
}): Setting<Default extends string ? string : string | undefined> => ({
  says,
  default: given.default as Default extends string ? string : string | undefined,
  read: (value) => (new RegExp(pattern).test(value) ? value : undefined),
})

const whole = (options: { says: string; default: number; from: number; to: number }): Setting<number> => ({
  ...options,
  read: (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN
    return number >= options.from && number <= options.to ? number : undefined
  },
})

const choice = <Word extends string>(
  words: Word[],
  options: { says: string; default: NoInfer<Word> },
): Setting<Word> => ({ ...options, read: (value) => words.find((word) => word === value) })

/** Every setting imeigate reads, from the environment, with its default. `docs/operating.md` lists them for operators. */
const settings = {
  HOST: text({ default: '127.0.0.1', says: 'address to listen on' }),
  PORT: whole({ default: 8080, from: 0, to: 65535, says: 'port to listen on; 0 takes a free one' }),
  DATABASE_URL: text({
    pattern: '^postgres(ql)?://',
    says: 'a PostgreSQL >= 15; without it an embedded one is used',
  }),
  IMEIGATE_DATA: text({ default: './data', says: 'data folder of the embedded database' }),
  IMEIGATE_ROLE: choice(['all', 'api', 'worker'], {
    default: 'all',
    says: 'what this process does: answer requests (api), fulfil orders (worker), or both (all)',
  }),
  DHRU_ALIASES: choice(['redirect', 'serve'], {
    default: 'redirect',
    says: 'how /api/index.php and /api/dhru/index.php answer: 308 with the answer in its body, or 200 in place',
  }),
  DHRU_MAX_ROWS: whole({ default: 500, from: 1, to: 10_000, says: 'rows in one bulk request, 1 to 10,000' }),
  BODY_LIMIT: whole({
    default: 2_097_152,
    from: 1024,
    to: 104_857_600,
    says: 'bytes of one request body, 1,024 to 104,857,600',
  }),
  PLACEMENT_QUEUES: whole({
    default: Math.min(availableParallelism(), 4),
    from: 1,
    to: 64,
    says: 'transactions that place orders at a time, each for its own share of the accounts, 1 to 64',
  }),
  REST_REQUESTS_PER_MINUTE: whole({
    default: 300_000,
    from: 0,
    to: 100_000_000,
    says: 'requests to the REST API that one key may make in a minute; 0: as many as it likes',
  }),
  TRUST_PROXY: text({
    default: '',
    says: 'addresses or CIDR blocks of reverse proxies whose X-Forwarded-For is believed, comma-separated',
  }),
  OUTBOUND_ALLOW: text({
    default: '',
    says: 'addresses or CIDR blocks beside the public ones that suppliers and webhooks may be at, also without TLS, comma-separated',
  }),
  IMEIGATE_SECRET_KEY: text({
    pattern: SECRET_KEY_PATTERN,
    says: '32 bytes as 64 hex digits or base64; without it secret.key in the data folder is used',
  }),
  REQUEST_LOG_DAYS: whole({
    default: 30,
    from: 0,
    to: 3650,
    says: 'days that resellers’ requests stay in their log; 0: none are logged',
  }),
  SMTP_URL: text({
    pattern: SMTP_URL_PATTERN,
    says: 'the mail server of notices, as smtp:// or smtps://user:password@host:port',
  }),
  MAIL_FROM: text({
    pattern: MAIL_FROM_PATTERN,
    says: 'the address that notices come from, such as imeigate@example.com',
  }),
  TELEGRAM_BOT_TOKEN: text({
    pattern: BOT_TOKEN_PATTERN,
    says: 'the token of the Telegram bot that sends notices, as BotFather gave it',
  }),
  TELEGRAM_API_URL: text({
    default: 'https://api.telegram.org',
    pattern: '^https?://[^\\s?#]+$',
    says: 'where the Telegram Bot API is',
  }),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
    default: 'info',
    says: 'least level that is logged',
  }),
}

type Values = { [Name in keyof typeof settings]: (typeof settings)[Name]['default'] }

export interface Config {
  host: string
  port: number
  databaseUrl: string | undefined
  /** Absolute path. */
  dataFolder: string
  role: 'all' | 'api' | 'worker'
  dhruAliases: 'redirect' | 'serve'
  dhruMaxRows: number
  bodyLimit: number
  placementQueues: number
  restRequestsPerMinute: number
  trustProxy: string[]
  outboundAllow: string[]
  /** As it was given; see `loadSecretKey`. */
  secretKey: string | undefined
  /** 0: nothing is logged. */
  requestLogDays: number
  /** undefined: no notice is sent by e-mail. */
  mail: MailSettings | undefined
  /** undefined: none by Telegram. */
  telegram: TelegramSettings | undefined
  logLevel: string
}

/** A password is in it, or it is one. */
const secretive = ['DATABASE_URL', 'IMEIGATE_SECRET_KEY', 'SMTP_URL', 'TELEGRAM_BOT_TOKEN']

/** Reads the settings; throws one Error that names every setting that is wrong and what it takes. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const values = readValues(environment)
  const trustProxy = values.TRUST_PROXY.split(',')
    .map((block) => block.trim())
    .filter(Boolean)
  const wrongProxy = trustProxy.find((block) => !readNetwork(block))
  if (wrongProxy !== undefined) {
    throw new Error(`TRUST_PROXY: ${JSON.stringify(wrongProxy)} is no IP address or CIDR block`)
  }
  const { SMTP_URL: smtpUrl, MAIL_FROM: from, TELEGRAM_BOT_TOKEN: token } = values
  if (smtpUrl !== undefined && from === undefined) {
    throw new Error('MAIL_FROM is missing: SMTP_URL needs it (the address that notices come from)')
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
    mail: smtpUrl === undefined || from === undefined ? undefined : readMailSettings(smtpUrl, from),
    telegram: token === undefined ? undefined : { token, apiUrl: values.TELEGRAM_API_URL },
    logLevel: values.LOG_LEVEL,
  }
}

function readValues(environment: NodeJS.ProcessEnv): Values {
  const wrong: string[] = []
  const values = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => {
    const given = environment[name]?.trim()
    if (given === undefined || given === '') return [name, setting.default]
    const value = setting.read(given)
    if (value === undefined) {
      const what = secretive.includes(name) ? name : `${name}=${JSON.stringify(environment[name])}`
      wrong.push(`${what} is not valid (${setting.says})`)
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
