import { readFileSync } from 'node:fs'
import type { Sql } from '../../../src/database/database.ts'
import type { KeptLine } from '../../../src/fake-supplier/log.ts'
import { checkLedger } from '../../../src/ledger/check.ts'

/**
 * `violationsOf` names every promise that was broken: an acknowledged order that is not there or stands for something else, an input that was
 * bought twice or ordered twice, an end that the supplier did not give, and what the ledger check finds. `log` is the supplier's.
 */
export async function violationsOf(
  sql: Sql,
  { acknowledged, log }: { acknowledged: ReadonlyMap<string, string>; log: string },
): Promise<string[]> {
  const violations: string[] = []
  const rows = await sql<{ id: bigint; input: string; state: string }[]>`
    select order_id as id, input, state::text from items`
  const orders = Map.groupBy(rows, ({ input }) => input)
  for (const [input, id] of acknowledged) {
    const found = orders.get(input)?.map((row) => String(row.id)) ?? []
    if (!found.includes(id))
      violations.push(`${input} was acknowledged as ${id}, and is ${found.join() || 'lost'}`)
  }
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n').filter(Boolean)
  const sold = Map.groupBy(
    lines.map((line) => JSON.parse(line) as KeptLine).filter((line) => 'input' in line),
    (line) => (line as { input: string }).input,
  )
  for (const [input, [first, ...again]] of orders) {
    const what = (sold.get(input) ?? []).map((line) => line.what)
    if (again.length > 0) violations.push(`${input} was ordered ${again.length + 1} times`)
    if (what.filter((one) => one === 'bought').length > 1) violations.push(`${input} was bought twice`)
    if (first?.state === 'success' && !what.includes('delivered'))
      violations.push(`${input} succeeded without a delivery`)
    if (first?.state === 'failed' && what.includes('bought'))
      violations.push(`${input} was bought and given back`)
  }
  for (const check of await checkLedger(sql)) if (!check.ok) violations.push(JSON.stringify(check))
  return violations
}
