import pg from 'pg'
import { connectionSettings, openSession } from '../../src/database/connection-settings.ts'
import { type Sql, STEADY_PLANS, sqlOn } from '../../src/database/database.ts'
import { Connection } from '../../src/database/sources.ts'
import type { TestDatabase } from './postgres.ts'

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Index Recheck'?: number
  Plans?: PlanNode[]
}

/** RowsRead sends statements as the pools of reads do, and counts the rows that PostgreSQL read of tables for each of them. */
export class RowsRead {
  readonly sql: Sql
  /** `rows` is what the statements since the last `reset` have read; `scanned` names the tables that were read whole. */
  rows = 0
  /** `most` is what the largest of them has read. */
  most = 0
  readonly scanned = new Set<string>()
  readonly #client: pg.Client

  constructor({ address }: Pick<TestDatabase, 'address'>) {
    this.#client = new pg.Client(connectionSettings(address, STEADY_PLANS))
    const connection = new Connection(this.#client)
    const explained: typeof connection.send = async (statement, form) => {
      if (/^\s*(with|select)\b/.test(statement.text)) {
        const text = `explain (analyze, format json) ${statement.text}`
        const [row] = (await connection.send({ ...statement, text }, 'rows')) as {
          'QUERY PLAN': [{ Plan: PlanNode }]
        }[]
        const before = this.rows
        if (row) this.#count(row['QUERY PLAN'][0].Plan)
        this.most = Math.max(this.most, this.rows - before)
      }
      return await connection.send(statement, form)
    }
    const explaining = new Proxy(connection, {
      get: (of, name) => {
        if (name === 'send') return explained
        const value: unknown = Reflect.get(of, name)
        return typeof value === 'function' ? value.bind(of) : value
      },
    })
    this.sql = sqlOn({
      use: (work) => work(explaining),
      transaction: (mode, work) => connection.transaction(mode, () => work(explaining)),
      end: () => this.#client.end(),
    })
  }

  async open(): Promise<this> {
    await this.#client.connect()
    await openSession(this.#client, STEADY_PLANS)
    return this
  }

  /** `of` gives the rows that `work` has read. */
  async of(work: () => Promise<unknown>): Promise<number> {
    this.rows = 0
    this.most = 0
    await work()
    return this.rows
  }

  #count(node: PlanNode): void {
    const name = node['Relation Name']
    if (name !== undefined || node['Node Type'] === 'Bitmap Index Scan') {
      const each =
        node['Actual Rows'] +
        (node['Rows Removed by Filter'] ?? 0) +
        (node['Rows Removed by Index Recheck'] ?? 0)
      if (name !== undefined) this.rows += each * node['Actual Loops']
      if (name !== undefined && node['Node Type'] === 'Seq Scan') this.scanned.add(name)
    }
    for (const child of node.Plans ?? []) this.#count(child)
  }
}
