import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect } from 'kysely'
import {
  PostgresDialect as CodegenDialect,
  type PostgresIntrospector,
  serializeFromMetadata,
} from 'kysely-codegen'
import pg from 'pg'
import { pino } from 'pino'
import { queueSettings } from '../src/database/connection-settings.ts'
import type { DatabaseAddress } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { migrate } from '../src/database/migrate.ts'

/**
 * This script writes src/database/types.ts, the types of the tables in `built`, from a database that `migrate` made. `npm run
 * database:types`; a test fails while the file is out of date.
 */

type PostgresDB = Parameters<PostgresIntrospector['introspectEnums']>[0] extends Kysely<infer D> ? D : never

export const typesFile = fileURLToPath(new URL('../src/database/types.ts', import.meta.url))

/** built names the tables of built statements, and of attributes. Other tables stand in templates only, which PostgreSQL checks in a test. */
const built = new Set([
  ...[
    'accounts',
    'api_keys',
    'api_key_uses',
    'deposit_events',
    'deposit_proofs',
    'deposit_providers',
    'deposits',
  ],
  ...['idempotency_keys', 'notice_channels', 'notice_subscriptions', 'notices', 'price_groups', 'prices'],
  ...[
    'failed_sign_ins',
    'operator_answers',
    'operator_token_uses',
    'operator_tokens',
    'sign_ins',
    'staff',
    'account_people',
  ],
  ...[
    'requests',
    'reviews',
    'services',
    'stray_payments',
    'supplier_health',
    'supplier_routes',
    'suppliers',
    'trail',
    'wallets',
    'webhooks',
  ],
])

/** rowIds names the type of each table's own `id`. */
const rowIds: Record<string, string> = {
  account_people: 'AccountPersonId',
  accounts: 'AccountId',
  api_keys: 'KeyId',
  deposit_providers: 'ProviderId',
  deposits: 'DepositId',
  ledger_entries: 'EntryId',
  notice_channels: 'NoticeChannelId',
  notice_subscriptions: 'SubscriptionId',
  notices: 'NoticeId',
  order_events: 'EventId',
  orders: 'OrderId',
  price_groups: 'PriceGroupId',
  operator_tokens: 'TokenId',
  requests: 'RequestNumber',
  reviews: 'ReviewId',
  services: 'ServiceId',
  sign_ins: 'SignInId',
  staff: 'StaffId',
  stray_payments: 'StrayId',
  supplier_routes: 'RouteId',
  suppliers: 'SupplierId',
  transfers: 'TransferId',
  webhooks: 'WebhookId',
}

/** columnIds names the type of a column that points to a row, by the column's name. */
const columnIds: Record<string, string> = {
  account_id: 'AccountId',
  channel_id: 'NoticeChannelId',
  deposit_id: 'DepositId',
  event_id: 'EventId',
  hold_id: 'EntryId',
  key_id: 'KeyId',
  order_id: 'OrderId',
  person_id: 'AccountPersonId',
  plan_id: 'PlanId',
  price_group_id: 'PriceGroupId',
  provider_id: 'ProviderId',
  received_id: 'EntryId',
  receiver_id: 'AccountId',
  route_id: 'RouteId',
  rule_id: 'PriceRuleId',
  sender_id: 'AccountId',
  sent_id: 'EntryId',
  service_id: 'ServiceId',
  sign_in_id: 'SignInId',
  staff_id: 'StaffId',
  supplier_id: 'SupplierId',
  token_id: 'TokenId',
  transfer_id: 'TransferId',
  webhook_id: 'WebhookId',
}

/** describeDatabase gives the text of the types of a migrated database. */
export async function describeDatabase(address: DatabaseAddress): Promise<string> {
  const pool = new pg.Pool({ ...queueSettings(address), max: 1 })
  const db = new Kysely<PostgresDB>({ dialect: new PostgresDialect({ pool }) })
  try {
    const dialect = new CodegenDialect({ dateParser: 'string' })
    const metadata = await dialect.introspector.introspect({ db, includePattern: 'public.*' })
    metadata.tables = metadata.tables.filter(({ name }) => built.has(name))
    const columns: Record<string, string> = {}
    for (const table of metadata.tables) {
      for (const column of table.columns) {
        if (!/^int[248]$/.test(column.dataType) || column.isArray) continue
        const { name } = column
        const id = name === 'id' ? (rowIds[table.name] ?? 'number') : idOf(name)
        if (id === undefined) continue
        const type = column.isNullable ? `${id} | null` : id
        const generated = column.hasDefaultValue || column.isAutoIncrementing
        columns[`${table.name}.${name}`] = generated ? `Generated<${type}>` : type
      }
    }
    const ids = [...Object.values(rowIds), ...Object.values(columnIds)]
    const text = serializeFromMetadata({
      camelCase: true,
      dialect,
      metadata,
      overrides: { columns },
      typeMapping: {
        int8: 'Amount',
        jsonb: 'JsonText',
        json: 'JsonText',
        timestamptz: 'Date',
        interval: 'string',
      },
      customImports: {
        ...Object.fromEntries(ids.map((id) => [id, '../lib/ids.ts'])),
        Amount: './column-types.ts',
        JsonText: './column-types.ts',
      },
      skipAutogeneratedFileComment: true,
    })
    return tidy(`${NOTE}${text}`)
  } finally {
    await db.destroy()
  }
}

const NOTE = `/**
 * Database is the tables of built statements as the newest schema has them: made by \`npm run database:types\`, and not edited.
 */

`

function tidy(text: string): string {
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url))
  const run = spawnSync(biome, ['check', '--write', `--stdin-file-path=${typesFile}`], {
    input: text,
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(`the types cannot be formatted: ${run.stderr}`)
  return run.stdout.replace('export interface DB {', 'export interface Database {')
}

const idOf = (column: string): string | undefined =>
  columnIds[column] ?? (column.endsWith('_id') ? 'number' : undefined)

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-types-'))
  const embedded = await openEmbedded({ folder, log: pino({ level: 'silent' }) })
  try {
    await migrate(embedded.access.owner)
    await writeFile(typesFile, await describeDatabase(embedded.access.owner))
  } finally {
    await embedded.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
