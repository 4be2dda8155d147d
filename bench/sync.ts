/**
 * Reading a supplier's list of 15,000 services in 120 groups, as a Dhru panel sends it: a preview, an import of all of
 * it, and the same list again with every tenth cost changed. Times in milliseconds, and the memory of the process at its
 * peak beside what it was before, in mebibytes; PostgreSQL is a process of its own.
 *
 *   node bench/sync.ts                      three rounds, each on an embedded PostgreSQL in a temporary folder
 *   node bench/sync.ts --against ../before  another checkout's bench/sync.ts beside this one's, and the ratio of the two
 *   node bench/sync.ts --json               the figures as one JSON value
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { prepareDatabase } from '../src/app/prepare-database.ts'
import { openPool } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import type { IntegrationContext } from '../src/integrations/kit/kind.ts'
import { dhru } from '../src/integrations/suppliers/dhru/index.ts'
import type { SupplierConfig } from '../src/integrations/suppliers/supplier.ts'
import { orThrow } from '../src/lib/fault.ts'
import type { SupplierId } from '../src/lib/ids.ts'
import { systemClock } from '../src/lib/time.ts'
import { PriceRule } from '../src/price-book/price-rule.ts'
import { listOf } from '../src/sync/remote-list.ts'
import { applySync, previewSync } from '../src/sync/sync.ts'
import { Figures, sidesOf } from './compare.ts'
import { cleanUpOnSignals, runJson, stopAll, stopPostgres } from './processes.ts'

const SERVICES = 15_000
const GROUPS = 120

const names = ['listBytes', 'previewMs', 'importMs', 'resyncMs', 'rssBeforeMiB', 'rssPeakMiB'] as const

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    against: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    /** `once` measures in this process. */
    once: { type: 'boolean', default: false },
  },
})

/** `compare` measures each time in a process of its own, so that the memory is the sync's. */
async function compare(): Promise<void> {
  const rounds = Number(values.rounds)
  const sides = sidesOf(values.against)
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-bench-'))
  const cleanUp = cleanUpOnSignals(async () => {
    await stopAll()
    // A measurement that was told to end has left its PostgreSQL.
    for (const left of readdirSync(folder)) await stopPostgres(join(folder, left))
    rmSync(folder, { recursive: true, force: true })
  })
  try {
    const figures = new Figures()
    for (let round = 1; round <= rounds; round++) {
      process.stderr.write(`round ${round} of ${rounds}\n`)
      for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
        const one = [join(side.checkout, 'bench/sync.ts'), '--once', '--json']
        const measured = (await runJson(one, { TMPDIR: folder })) as SyncFigures
        for (const name of names) figures.record(name, side, measured[name])
      }
    }
    figures.report({ rounds, services: SERVICES, groups: GROUPS }, values.json)
  } finally {
    await cleanUp()
  }
}

type SyncFigures = Record<(typeof names)[number], number>

async function measure(): Promise<SyncFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-bench-'))
  const embedded = await openEmbedded({ folder, log: pino({ level: 'warn' }, pino.destination(2)) })
  const sql = openPool(embedded.access.serving)
  try {
    await prepareDatabase(embedded.access)
    const [row] = await sql<{ id: SupplierId }[]>`
      insert into suppliers (kind, name, url) values ('dhru', 'bench', 'https://panel.example') returning id`
    const config: SupplierConfig = {
      id: (row as { id: SupplierId }).id,
      kind: 'dhru',
      name: 'bench',
      url: 'https://panel.example',
      currency: 'USD',
      settings: { username: 'bench', encoding: 'urlencoded' },
      secrets: { apiaccesskey: 'bench-key' },
    }
    let listBytes = 0
    const list = (dearer: boolean) => {
      const panel = panelOf(dearer, (bytes) => {
        listBytes += bytes
      })
      return listOf({ config, supplier: dhru.connect(config, panel) }, AbortSignal.timeout(600_000))
    }
    const rssBefore = process.memoryUsage.rss()
    const common = { trigger: 'manual', actor: 'bench', clock: systemClock } as const
    const rule = orThrow(PriceRule.read({ percent: '25', round: '0.05', currency: 'USD' }))
    const importing = { selection: { all: true, groups: [], ids: [] }, rule, follows: true }

    const previewMs = await timed(
      () => previewSync(sql, config, list(false), { groups: null, limit: 20 }),
      (found) => found.counts.new,
    )
    const bytes = listBytes
    const importMs = await timed(
      () => applySync(sql, config, list(false), { ...common, importing }),
      ({ changes }) => changes?.imported,
    )
    const resyncMs = await timed(
      () => applySync(sql, config, list(true), common),
      ({ comparison }) => (comparison ? comparison.counts.cost + comparison.counts.unchanged : 0),
    )
    return {
      listBytes: bytes,
      previewMs,
      importMs,
      resyncMs,
      rssBeforeMiB: Math.round(rssBefore / 1_048_576),
      rssPeakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
    }
  } finally {
    await sql.end({ timeout: 2 })
    await embedded.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `timed` gives milliseconds; it throws when the work was not about all services. */
async function timed<Result>(
  work: () => Promise<Result>,
  servicesOf: (result: Result) => number | undefined,
): Promise<number> {
  const from = performance.now()
  const result = await work()
  if (servicesOf(result) !== SERVICES)
    throw new Error(`not all services: ${JSON.stringify(servicesOf(result))}`)
  return Math.round(performance.now() - from)
}

/** `panelOf` is a panel without a network: its answer comes in chunks, as from a socket. */
function panelOf(dearer: boolean, count: (bytes: number) => void): IntegrationContext {
  const unused = (): never => {
    throw new Error('the bench asks for nothing but the list')
  }
  const stream = async () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: chunks(dearer, count),
  })
  const outbound = { open: () => ({ request: unused, stream, close: async () => {} }) }
  return { outbound, clock: systemClock, installation: 'bench' }
}

const CHUNK = 65_536

async function* chunks(dearer: boolean, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  let text = ''
  for (const part of parts(dearer)) {
    text += part
    if (text.length < CHUNK) continue
    const bytes = Buffer.from(text)
    text = ''
    count(bytes.length)
    yield bytes
  }
  const bytes = Buffer.from(text)
  count(bytes.length)
  yield bytes
}

function* parts(dearer: boolean): Generator<string> {
  yield '{"SUCCESS":[{"MESSAGE":"IMEI Service List","LIST":{'
  for (let group = 0; group < GROUPS; group++) {
    const type = group % 4 === 0 ? 'SERVER' : 'IMEI'
    yield `${group > 0 ? ',' : ''}"Group ${group}":{"GROUPNAME":"Group ${group}","GROUPTYPE":"${type}","SERVICES":{`
    const each = SERVICES / GROUPS
    for (let n = 0; n < each; n++) {
      const id = group * each + n + 1
      yield `${n > 0 ? ',' : ''}"${id}":${JSON.stringify(serviceOf(id, type, dearer && id % 10 === 0))}`
    }
    yield '}}'
  }
  yield '}}],"apiversion":"6.1"}'
}

const serviceOf = (id: number, type: string, isDearer: boolean) => ({
  SERVICEID: String(id),
  SERVICETYPE: type,
  SERVER: type === 'SERVER' ? '1' : '0',
  QNT: type === 'SERVER' ? 1 : 0,
  MINQNT: 1,
  MAXQNT: type === 'SERVER' ? 500 : 1,
  CUSTOM: {
    allow: '0',
    bulk: '1',
    customname: '',
    custominfo: '',
    customlen: '',
    maxlength: '',
    regex: '',
    isalpha: '0',
  },
  SERVICENAME: `Network ${id % 700} unlock, model ${id}`,
  CREDIT: ((isDearer ? 110 : 100) * ((id % 90) / 100 + 0.01)).toFixed(2),
  TIME: '1-5 Minutes',
  INFO: `<p>What service ${id} does, what it needs and what it does not do.</p>`.repeat(1 + (id % 5)),
  'Requires.Network': 'None',
  'Requires.PIN': 'None',
  ...(id % 3 === 0 && {
    'Requires.Custom': [
      {
        type: 'serviceimei',
        fieldname: 'Carrier name',
        fieldtype: 'text',
        description: '',
        required: 'on',
        fieldoptions: '',
      },
      {
        type: 'serviceimei',
        fieldname: 'Country',
        fieldtype: 'dropdown',
        description: '',
        required: '',
        fieldoptions: 'ID,US,GB',
      },
    ],
  }),
})

if (values.once) process.stdout.write(`${JSON.stringify(await measure())}\n`)
else await compare()
