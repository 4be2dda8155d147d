import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { type BackupState, backupState } from '../backup/backups.ts'
import { findUnrouted, type UnroutedService } from '../catalogue/services.ts'
import type { Config } from '../config.ts'
import type { DatabaseAccess } from '../database/access.ts'
import type { Sql } from '../database/database.ts'
import { type ConnectionRoom, type Diagnosis, diagnose } from '../database/diagnosis.ts'
import { MIN_POSTGRESQL, newestSchema } from '../database/migrate.ts'
import { connectionsOf, OF_A_COMMAND } from '../database/pools.ts'
import { type RoleReport, reportRole } from '../database/role-report.ts'
import { findOpenStrays, type StraysOpen } from '../deposits/incoming.ts'
import { findHealthIssues } from '../fulfilment/people/reviews.ts'
import { isLoopback } from '../lib/ip.ts'
import { HOUR_MS, localTime } from '../lib/time.ts'
import { audienceText } from '../price-book/change.ts'
import { type KeyState, keyState, wrongKey } from '../secret-keys/key-state.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { findBelowCost } from '../supplier-routes/below-cost.ts'
import { findWaitingLists, type WaitingList } from '../sync/waiting.ts'
import { waitingListText } from '../sync/waiting-text.ts'
import type { Webhook } from '../webhooks/attributes.ts'
import { listIllWebhooks } from '../webhooks/webhooks.ts'
import { findings, found } from './findings.ts'
import { AGAINST_ROOT, isRoot, userName } from './operating-user.ts'
import { recentSightings } from './proxy-watch.ts'

/** Symptom is something that was looked at, and how it was found. */
export interface Symptom {
  name: string
  status: 'ok' | 'warn' | 'fail'
  detail: string
  /** `advice` says what to do; it is empty when there is nothing. */
  advice: string
}

/** MIN_NODE is the oldest Node.js that hashes passwords by itself. */
const MIN_NODE = [24, 7] as const
const MAX_SKEW_MS = 1000
const GIGABYTE = 1024 ** 3

const symptom =
  (status: Symptom['status']) =>
  (name: string, detail: string, advice = ''): Symptom => ({ name, status, detail, advice })
export const [ok, warn, fail] = [symptom('ok'), symptom('warn'), symptom('fail')]

function node(): Symptom {
  const { node: version } = process.versions
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [least, leastMinor] = MIN_NODE
  if (major > least || (major === least && minor >= leastMinor)) return ok('Node.js', version)
  return fail('Node.js', version, found('install_node', { version: MIN_NODE.join('.') }))
}

function user(): Symptom {
  return isRoot() ? warn('user', 'root', AGAINST_ROOT) : ok('user', userName())
}

/** `symptomsOfFolder` looks at the data folder and the room on its disk. */
export function symptomsOfFolder({ database, dataFolder }: Config): Symptom[] {
  if (database) return []
  const nearest = nearestOf(dataFolder)
  try {
    accessSync(nearest, constants.W_OK)
  } catch {
    return [fail('data folder', found('not_writable', { folder: nearest }), findings.set_data)]
  }
  const free = freeIn(nearest)
  const detail = sizeText(free)
  const space =
    free < 0.2 * GIGABYTE
      ? fail('disk space', detail, findings.make_room_now)
      : free < 2 * GIGABYTE
        ? warn('disk space', detail, findings.make_room)
        : ok('disk space', detail)
  return [ok('data folder', dataFolder), space]
}

function freeIn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const gigabytes = (free: number): string => (free / GIGABYTE).toFixed(1)
const sizeText = (free: number): string => found('free', { size: gigabytes(free) })

/** `nearestOf` gives a folder, or the one above it that is there. */
function nearestOf(folder: string): string {
  let nearest = folder
  while (!existsSync(nearest)) nearest = dirname(nearest)
  return nearest
}

/** `symptomsOfMachine` looks at what the process runs on, and as whom. */
export const symptomsOfMachine = (): Symptom[] => [node(), user()]

/** `symptomsOfDatabase` looks at the database, and at all that is in it which would keep orders from being done. */
export async function symptomsOfDatabase(
  sql: Sql,
  access: DatabaseAccess,
  config: Config,
): Promise<Symptom[]> {
  const diagnosis = await diagnose(sql)
  const symptoms = [...judge(diagnosis), connections(diagnosis.room, config)]
  // Another schema does not have what is looked for, a standby has not all of it, and a role that lacks rights may not look.
  if (diagnosis.schema !== newestSchema() || !diagnosis.takesChanges) return symptoms
  const role = await reportRole(access)
  if (role.faults.some(({ kind }) => kind === 'missing')) return [...symptoms, servingRole(role)]
  return [
    ...symptoms,
    servingRole(role),
    ...trouble(await findHealthIssues(sql)),
    await secretKey(() => keyState(sql, new KeyRing(config))),
    lists(await findWaitingLists(sql)),
    proxies(await recentSightings(sql, config.trustProxy, new Date())),
    publicAddress(config),
    unrouted(await findUnrouted(sql)),
    belowCost(await findBelowCost(sql, { limit: 3 })),
    strayPayments(await findOpenStrays(sql)),
    stopped(await listIllWebhooks(sql, NAMED_WEBHOOKS + 1)),
    backups(await backupState(sql), config),
  ]
}

function judge({ version, versionNumber, takesChanges, schema, durability, skewMs }: Diagnosis): Symptom[] {
  const newest = newestSchema()
  const off = Object.entries(durability).filter(([, value]) => value === 'off')
  const said = (settings: string[][]): string => settings.map((pair) => pair.join(' ')).join(', ')
  const skew = found('skew', { skew: Math.abs(skewMs) })
  return [
    versionNumber < MIN_POSTGRESQL
      ? fail('database', `PostgreSQL ${version}`, findings.use_postgres)
      : takesChanges
        ? ok('database', `PostgreSQL ${version}`)
        : fail('database', found('no_changes', { version }), findings.promote),
    schema === 'unreleased'
      ? fail('schema', findings.unreleased, findings.make_database)
      : schema === newest
        ? ok('schema', `${schema}`)
        : (schema ?? 0) > newest
          ? fail('schema', found('schema_newer', { schema: schema ?? 0, newest }), findings.use_newer)
          : warn('schema', found('schema_older', { schema: schema ?? 'none', newest }), findings.migrate),
    off.length === 0
      ? ok('durability', said(Object.entries(durability)))
      : fail('durability', said(off), findings.switch_on),
    Math.abs(skewMs) < MAX_SKEW_MS ? ok('clock', skew) : fail('clock', skew, findings.synchronise),
  ]
}

/** `connections` compares what PostgreSQL gives with what the processes open when they are busy: those that run now, or one. */
function connections({ limits, servers }: ConnectionRoom, { role, placementQueues }: Config): Symptom {
  const each = connectionsOf(role, placementQueues)
  const processes = Math.max(servers, 1)
  const need = processes * each + OF_A_COMMAND
  const roomIn = ({ most, kept }: (typeof limits)[number]): number => Math.max(most - kept, 0)
  const least = limits.reduce((a, b) => (roomIn(b) < roomIn(a) ? b : a))
  const { name, of, most, kept } = least
  if (roomIn(least) >= need) {
    const fitting = Math.floor((roomIn(least) - OF_A_COMMAND) / each)
    const fits = { of, most, kept, ...counted(fitting) }
    return ok('connections', found(ENOUGH[name], fits))
  }
  const detail = found(TOO_FEW[name], {
    ...{ of, most, kept, each, need, own: OF_A_COMMAND },
    ...counted(processes),
  })
  const more = name === 'max_connections' ? need + kept : need
  return fail('connections', detail, found(MORE[name], { of, need: more }))
}

const counted = (count: number) => ({ count, processes: count === 1 ? 'process' : 'processes' })

/** These say how many connections there are, by what bounds them. */
const ENOUGH = {
  max_connections: 'enough',
  role: 'enough_of_role',
  database: 'enough_of_database',
} as const
const TOO_FEW = {
  max_connections: 'too_few',
  role: 'too_few_of_role',
  database: 'too_few_of_database',
} as const
const MORE = {
  max_connections: 'more_connections',
  role: 'more_of_role',
  database: 'more_of_database',
} as const

/** NAMED_FAULTS are told with their statements; a role that was never granted anything lacks a hundred things. */
const NAMED_FAULTS = 5

function servingRole({ role, faults, isApart }: RoleReport): Symptom {
  if (faults.length === 0) return ok('database role', found('may_serve', { role }))
  const named = faults.slice(0, NAMED_FAULTS)
  const others = faults.length > named.length ? `; and ${faults.length - named.length} more` : ''
  const isMissing = faults.some(({ kind }) => kind === 'missing')
  const statements = [...new Set(named.map(({ statement }) => statement))].join('; ')
  const then = isApart
    ? faults.some(({ granted }) => granted)
      ? '; imeigate migrate runs those on schemas, tables, sequences and functions'
      : ''
    : '; then see docs/operating.md, Two roles'
  return (isMissing ? fail : warn)(
    'database role',
    `${role} ${named.map(({ what }) => what).join(', ')}${others}`,
    `${statements}${then}`,
  )
}

function trouble({ paused, reviews }: Awaited<ReturnType<typeof findHealthIssues>>): Symptom[] {
  return [
    paused.length === 0
      ? ok('suppliers', findings.none_paused)
      : warn(
          'suppliers',
          paused.map(({ supplier, why, reason }) => found('paused', { supplier, why, reason })).join('; '),
          'see docs/suppliers.md, When a supplier fails',
        ),
    reviews.length === 0
      ? ok('reviews', findings.nothing_waits)
      : warn(
          'reviews',
          reviews.map(({ kind, count }) => `${count} ${kind}`).join(', '),
          'imeigate review list',
        ),
  ]
}

async function secretKey(look: () => Promise<KeyState>): Promise<Symptom> {
  let state: KeyState
  try {
    state = await look()
  } catch (error) {
    return fail('secret key', (error as Error).message, 'see docs/operating.md, Outbound calls and secrets')
  }
  const wrong = wrongKey(state)
  if (wrong !== undefined) {
    return fail('secret key', wrong, findings.use_key)
  }
  if (state.rotations.some(({ endedAt }) => endedAt === null)) {
    return warn('secret key', findings.rotating, 'imeigate secrets rotate')
  }
  const count = state.sealed.reduce((sum, one) => sum + one.count, 0)
  return ok('secret key', count === 0 ? findings.nothing_sealed : found('opens', { count }))
}

function lists(waiting: WaitingList[]): Symptom {
  const [first] = waiting
  if (!first) return ok('lists', findings.no_list_waits)
  return warn('lists', waiting.map(waitingListText).join('; '), `imeigate supplier sync "${first.name}"`)
}

function proxies(sightings: string[]): Symptom {
  return sightings.length === 0
    ? ok('proxy', findings.proxies_fit)
    : warn('proxy', sightings.join('; '), 'see docs/operating.md, Behind a reverse proxy')
}

/** `publicAddress` compares where people are to reach the server with what it is told of the proxy, which speaks TLS for it. */
function publicAddress({ publicUrl, trustProxy }: Config): Symptom {
  if (publicUrl === undefined) return ok('public address', findings.no_public_url)
  const { protocol, hostname } = new URL(publicUrl)
  const isHere = hostname === 'localhost' || isLoopback(hostname.replace(/^\[|\]$/g, ''))
  if (protocol === 'http:' && !isHere) {
    const advice = findings.put_proxy
    return warn('public address', found('no_tls', { url: publicUrl }), advice)
  }
  if (protocol === 'https:' && trustProxy.length === 0) {
    const detail = found('no_proxy', { url: publicUrl })
    return warn('public address', detail, 'see docs/operating.md, Behind a reverse proxy')
  }
  return ok('public address', publicUrl)
}

function unrouted(services: UnroutedService[]): Symptom {
  if (services.length === 0) return ok('services', findings.each_routed)
  const named = services.slice(0, 3).map(({ code }) => code)
  const others = services.length > named.length ? ', ...' : ''
  const advice = 'imeigate service list --unrouted, then route list --service <code>'
  return warn(
    'services',
    found('unrouted', { count: services.length, services: `${named.join(', ')}${others}` }),
    advice,
  )
}

function strayPayments(open: StraysOpen | undefined): Symptom {
  if (!open) return ok('stray payments', findings.none_waits)
  const { count, amounts, oldest } = open
  return warn(
    'stray payments',
    found('strays', { count, amounts, time: localTime(oldest) }),
    'imeigate deposit stray list',
  )
}

function belowCost({ prices, count }: Awaited<ReturnType<typeof findBelowCost>>): Symptom {
  if (count === 0) return ok('prices', findings.none_below)
  const named = prices.map((price) => `${price.serviceCode} for ${audienceText(price)} in ${price.currency}`)
  const others = count > named.length ? ', ...' : ''
  return warn(
    'prices',
    found('below', { count, prices: `${named.join(', ')}${others}` }),
    'imeigate price list --below-cost',
  )
}

/** NAMED_WEBHOOKS are told of; there may be thousands. */
const NAMED_WEBHOOKS = 20

function stopped(ill: Webhook[]): Symptom {
  if (ill.length === 0) return ok('webhooks', findings.none_fails)
  const detail = ill
    .slice(0, NAMED_WEBHOOKS)
    .map(({ id, username, status, failingSince }) =>
      status === 'active'
        ? found('webhook_fails', { id, username, time: failingSince ? localTime(failingSince) : '-' })
        : found('webhook_is', { id, username, status }),
    )
  if (ill.length > NAMED_WEBHOOKS) detail.push(findings.and_more)
  return warn('webhooks', detail.join('; '), 'imeigate webhook list')
}

/** BACKUP_DAYS is how old the last backup may be where none is scheduled. */
const BACKUP_DAYS = 7

function backups(
  { last, problem, hasOrders }: BackupState,
  { backups: { everyHours, folder }, database }: Config,
): Symptom {
  const advice = 'see docs/backup.md'
  const newest = last ? found('last_backup', { time: localTime(last.startedAt) }) : findings.no_backup
  if (problem !== null)
    return warn('backups', `${found('backup_failed', { why: problem })}; ${newest}`, advice)
  // A database of one's own may be backed up by other means.
  const isExpected = everyHours > 0 || (hasOrders && database === undefined)
  const hours = everyHours > 0 ? 2 * everyHours + 1 : BACKUP_DAYS * 24
  const isOld = !last || Date.now() - last.startedAt.getTime() > hours * HOUR_MS
  if (isExpected && isOld) return warn('backups', newest, advice)
  const bytes = isExpected ? (last?.bytes ?? 0) : 0
  const free = bytes === 0 ? 0 : freeIn(nearestOf(folder))
  // The next one is written beside the others.
  if (free < 2 * bytes)
    return warn(
      'backups',
      `${newest}; ${found('free_in', { size: gigabytes(free), folder })}`,
      findings.make_room_for_next,
    )
  return ok('backups', newest)
}
