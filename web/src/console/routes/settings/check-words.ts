import type { MessageDescriptor } from '@lingui/core'
import { i18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { formText } from '../../../kit/faults.ts'
import { lateWords } from '../../../words/late-words.ts'

type Words = Readonly<Record<string, MessageDescriptor>>

/** `checks` are what the doctor looks at, by its names. */
const checks: Words = {
  'Node.js': msg`Node.js`,
  user: msg`User`,
  settings: msg`Settings of the server`,
  'data folder': msg`Data folder`,
  'disk space': msg`Disk space`,
  database: msg`Database`,
  schema: msg`Schema`,
  durability: msg`Durability`,
  clock: msg`Clock`,
  connections: msg`Connections`,
  'database role': msg`Database role`,
  suppliers: msg`Suppliers`,
  reviews: msg`Reviews`,
  'secret key': msg`Secret key`,
  lists: msg`Lists of suppliers`,
  proxy: msg`Reverse proxy`,
  'public address': msg`Public address`,
  services: msg`Services`,
  prices: msg`Prices`,
  'stray payments': msg`Stray payments`,
  webhooks: msg`Webhooks`,
  backups: msg`Backups`,
  port: msg`Port`,
}

/** `findings` say what it finds, and what to do, by its English texts, of which src/app/findings.ts has all. */
const findings: Words = {
  'install Node.js {version} or newer': msg`Install Node.js {version} or newer.`,
  'run it as a user of its own that owns the data folder, so that a fault in it is no fault of the whole machine (docs/operating.md, As a service)': msg`Run it as a user of its own that owns the data folder, so that a fault in it is no fault of the whole machine (docs/operating.md, As a service).`,
  '{folder} cannot be written': msg`{folder} cannot be written.`,
  'set IMEIGATE_DATA to a folder of your own': msg`Set IMEIGATE_DATA to a folder of your own.`,
  '{size} GB free': msg`{size} GB free`,
  'make room: PostgreSQL stops when the disk is full': msg`Make room: PostgreSQL stops when the disk is full.`,
  'make room soon': msg`Make room soon.`,
  'use PostgreSQL 15 or newer': msg`Use PostgreSQL 15 or newer.`,
  'PostgreSQL {version} takes no changes': msg`PostgreSQL {version} takes no changes.`,
  'promote it if it is a standby; else reset default_transaction_read_only of the server, database and role': msg`Promote it if it is a standby. Else reset default_transaction_read_only of the server, the database and the role.`,
  'made before the first release of imeigate': msg`It was made before the first release of imeigate.`,
  'make a new database': msg`Make a new database.`,
  '{schema}, this imeigate knows {newest}': msg`{schema}; this imeigate knows {newest}.`,
  'use a newer imeigate': msg`Use a newer imeigate.`,
  '{schema}, the newest is {newest}': msg`{schema}; the newest is {newest}.`,
  'run imeigate migrate, or start the server': msg`Run imeigate migrate, or start the server.`,
  'switch it on in PostgreSQL: orders and money would be lost in a crash': msg`Switch it on in PostgreSQL: orders and money would be lost in a crash.`,
  "{skew} ms from the database's": msg`{skew} ms from that of the database`,
  'synchronise both machines (NTP)': msg`Synchronise both machines (NTP).`,
  'enough for {count} {processes}: max_connections is {most}, of which {kept} are for others': msg`Enough for {count} processes: max_connections is {most}, of which {kept} are for others.`,
  'enough for {count} {processes}: the role {of} may have {most}': msg`Enough for {count} processes: the role {of} may have {most} connections.`,
  'enough for {count} {processes}: the database {of} takes {most}': msg`Enough for {count} processes: the database {of} takes {most} connections.`,
  'max_connections is {most}, of which {kept} are for others; {count} {processes} of {each} and a command of {own} need up to {need}': msg`max_connections is {most}, of which {kept} are for others. Processes ({count}, each {each}) and a command ({own}) need up to {need}.`,
  'the role {of} may have {most}; {count} {processes} of {each} and a command of {own} need up to {need}': msg`The role {of} may have {most} connections. Processes ({count}, each {each}) and a command ({own}) need up to {need}.`,
  'the database {of} takes {most}; {count} {processes} of {each} and a command of {own} need up to {need}': msg`The database {of} takes {most} connections. Processes ({count}, each {each}) and a command ({own}) need up to {need}.`,
  'set max_connections to {need} or more in PostgreSQL and restart it; or run fewer processes': msg`Set max_connections to {need} or more in PostgreSQL and restart it, or run fewer processes.`,
  'alter role {of} connection limit {need}; or run fewer processes': msg`Run alter role {of} connection limit {need}, or fewer processes.`,
  'alter database {of} connection limit {need}; or run fewer processes': msg`Run alter database {of} connection limit {need}, or fewer processes.`,
  '{role} may serve, and nothing more': msg`{role} may serve, and nothing more.`,
  'none is paused': msg`None is paused.`,
  '{supplier} is paused ({why}: {reason})': msg`{supplier} is paused ({why}: {reason}).`,
  'nothing waits for a person': msg`Nothing waits for a person.`,
  'use the key of the servers: IMEIGATE_SECRET_KEY, or secret.key in IMEIGATE_DATA': msg`Use the key of the servers: IMEIGATE_SECRET_KEY, or secret.key in IMEIGATE_DATA.`,
  'a rotation was begun and has not ended': msg`A rotation was begun and has not ended.`,
  'nothing is sealed yet': msg`Nothing is sealed yet.`,
  'opens all that is sealed ({count})': msg`It opens all that is sealed ({count}).`,
  'none waits for a person': msg`None waits for a person.`,
  'TRUST_PROXY fits what servers have seen': msg`TRUST_PROXY fits what servers have seen.`,
  'PUBLIC_URL is not set: there are no passkeys': msg`PUBLIC_URL is not set, so there are no passkeys.`,
  '{url} has no TLS: people cannot sign in over it': msg`{url} has no TLS: people cannot sign in over it.`,
  'put a reverse proxy with TLS before it, see docs/operating.md, Behind a reverse proxy': msg`Put a reverse proxy with TLS before it: docs/operating.md, Behind a reverse proxy.`,
  '{url}, and TRUST_PROXY names no proxy: people cannot sign in through it': msg`{url}, and TRUST_PROXY names no proxy: people cannot sign in through it.`,
  'each has a working route': msg`Each has a working route.`,
  '{count} without a working route: {services}': msg`{count} without a working route: {services}`,
  'none waits': msg`None waits.`,
  '{count} fit no deposit: {amounts}, the oldest of {time}': msg`{count} fit no deposit: {amounts}, the oldest of {time}.`,
  'none is below its cost': msg`None is below its cost.`,
  '{count} below the cost: {prices}': msg`{count} below the cost: {prices}`,
  'none fails': msg`None fails.`,
  '{id} of {username} fails since {time}': msg`{id} of {username} fails since {time}.`,
  '{id} of {username} is {status}': msg`{id} of {username} is {status}.`,
  'and more': msg`And more.`,
  'the last one is of {time}': msg`The last one is of {time}.`,
  'imeigate has made none': msg`imeigate has made none.`,
  'the newest one failed ({why})': msg`The newest one failed ({why}).`,
  '{size} GB free in {folder}': msg`{size} GB free in {folder}`,
  'make room for the next one': msg`Make room for the next one.`,
  'see {page}': msg`See {page}.`,
}

/** `figures` say what the figures of the health are. */
const figures: Words = {
  imeigate_open_items: msg`Items that have not ended, by state`,
  imeigate_open_reviews: msg`What waits for a person, by kind`,
  imeigate_supplier_open: msg`Suppliers to which nothing is sent (1), by supplier and cause`,
  imeigate_webhook_events_waiting: msg`Events that are still to be sent to webhooks`,
  imeigate_webhooks_stopped: msg`Webhooks that are sent nothing until they are resumed, by state`,
  imeigate_connections: msg`Open connections of the server`,
  imeigate_bodies_bytes: msg`Bytes of requests that are on their way`,
  imeigate_turned_away: msg`Connections and requests that were turned away before anybody looked who asks, since the start, by reason`,
}

/** `speakChecks` loads these words, which the application does not have at once. */
export const speakChecks = lateWords({
  en: () => import('../../../words/en.po?checks'),
  id: () => import('../../../words/id.po?checks'),
  es: () => import('../../../words/es.po?checks'),
})

/** `checkName` is what something that was looked at is called. */
export const checkName = (name: string): string => worded(checks, name) ?? name

/** `findingText` says a text of the doctor in the reader's language, part by part; what it has from PostgreSQL or from the system stays as it is. */
export function findingText(text: string): string {
  const parts = text.split('; ').map((part) => formText(findings, part))
  return parts.every((part) => part !== undefined) ? parts.join(' ') : (formText(findings, text) ?? text)
}

/** `figureText` says what a figure is; one that is newer than this page is explained in English. */
export const figureText = ({ name, help }: { name: string; help: string }): string =>
  worded(figures, name) ?? help

const worded = (words: Words, name: string): string | undefined => {
  const found = words[name]
  return found && i18n._(found)
}
