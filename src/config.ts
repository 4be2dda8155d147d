import { resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import {
  MAIL_FROM_PATTERN,
  type MailSettings,
  readMailSettings,
  SMTP_URL_PATTERN,
} from './notices/mail-settings.ts'
import { BOT_TOKEN_PATTERN, type TelegramSettings } from './notices/telegram.ts'
import { parseNetworks } from './outbound/destinations.ts'
import { SECRET_KEY_PATTERN } from './secrets/secret-key.ts'

/** Every setting imeigate reads, from the environment, with its default. `docs/cli.md` lists them for operators. */
const settings = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'address to listen on' }),
  PORT: Type.Integer({
    default: 8080,
    minimum: 0,
    maximum: 65535,
    description: 'port to listen on; 0 takes a free one',
  }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'a PostgreSQL >= 15; without it an embedded one is used',
    }),
  ),
  IMEIGATE_DATA: Type.String({
    default: './data',
    minLength: 1,
    description: 'data folder of the embedded database',
  }),
  IMEIGATE_ROLE: Type.Union([Type.Literal('all'), Type.Literal('api'), Type.Literal('worker')], {
    default: 'all',
    description: 'what this process does: answer requests (api), fulfil orders (worker), or both (all)',
  }),
  DHRU_ALIASES: Type.Union([Type.Literal('redirect'), Type.Literal('serve')], {
    default: 'redirect',
    description:
      'how /api/index.php and /api/dhru/index.php answer: 308 with the answer in its body, or 200 in place',
  }),
  DHRU_MAX_ROWS: Type.Integer({
    default: 500,
    minimum: 1,
    maximum: 10_000,
    description: 'rows in one bulk request, 1 to 10,000',
  }),
  BODY_LIMIT: Type.Integer({
    default: 2_097_152,
    minimum: 1024,
    maximum: 104_857_600,
    description: 'bytes of one request body, 1,024 to 104,857,600',
  }),
  REST_REQUESTS_PER_MINUTE: Type.Integer({
    default: 300_000,
    minimum: 0,
    maximum: 100_000_000,
    description: 'requests to the REST API that one key may make in a minute; 0: as many as it likes',
  }),
  TRUST_PROXY: Type.String({
    default: '',
    description:
      'addresses or CIDR blocks of reverse proxies whose X-Forwarded-For is believed, comma-separated',
  }),
  OUTBOUND_ALLOW: Type.String({
    default: '',
    description:
      'addresses or CIDR blocks beside the public ones that suppliers may be at, also without TLS, comma-separated',
  }),
  IMEIGATE_SECRET_KEY: Type.Optional(
    Type.String({
      pattern: SECRET_KEY_PATTERN,
      description: '32 bytes as 64 hex digits or base64; without it secret.key in the data folder is used',
    }),
  ),
  REQUEST_LOG_DAYS: Type.Integer({
    default: 30,
    minimum: 0,
    maximum: 3650,
    description: 'days that resellers’ requests stay in their log; 0: none are logged',
  }),
  SMTP_URL: Type.Optional(
    Type.String({
      pattern: SMTP_URL_PATTERN,
      description: 'the mail server of notices, as smtp:// or smtps://user:password@host:port',
    }),
  ),
  MAIL_FROM: Type.Optional(
    Type.String({
      pattern: MAIL_FROM_PATTERN,
      description: 'the address that notices come from, such as imeigate@example.com',
    }),
  ),
  TELEGRAM_BOT_TOKEN: Type.Optional(
    Type.String({
      pattern: BOT_TOKEN_PATTERN,
      description: 'the token of the Telegram bot that sends notices, as BotFather gave it',
    }),
  ),
  TELEGRAM_API_URL: Type.String({
    default: 'https://api.telegram.org',
    pattern: '^https?://[^\\s?#]+$',
    description: 'where the Telegram Bot API is',
  }),
  LOG_LEVEL: Type.Union(
    ['trace', 'debug', 'info', 'warn', 'error', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'least level that is logged' },
  ),
})

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
  const given: Record<string, unknown> = {}
  for (const name of Object.keys(settings.properties)) {
    const value = environment[name]?.trim()
    if (value !== undefined && value !== '') given[name] = value
  }
  const values = Value.Default(settings, Value.Convert(settings, given))
  if (!Value.Check(settings, values)) {
    const wrong = [...Value.Errors(settings, values)].map(
      ({ instancePath }) => instancePath.slice(1).split('/')[0] ?? '',
    )
    const lines = [...new Set(wrong)].map((name) => {
      const schema = (settings.properties as Record<string, { description?: string }>)[name]
      const what = secretive.includes(name) ? name : `${name}=${JSON.stringify(environment[name])}`
      return `${what} is not valid (${schema?.description ?? ''})`
    })
    throw new Error(lines.join('\n'))
  }
  const trustProxy = values.TRUST_PROXY.split(',')
    .map((block) => block.trim())
    .filter(Boolean)
  const wrongProxy = trustProxy.find((block) => !ipaddr.isValid(block) && !ipaddr.isValidCIDR(block))
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

function networksOf(name: string, text: string): string[] {
  try {
    return parseNetworks(text)
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`)
  }
}
