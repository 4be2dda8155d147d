import type { Sql } from '../database/database.ts'
import { formatMoney } from '../lib/money.ts'
import { quoteLine } from '../lib/text.ts'
import { DAY_MS } from '../lib/time.ts'
import { selectRefusedDeposits } from './news.sql.ts'
import { insertTold, lockNotices } from './notices.sql.ts'
import { tell } from './raise-notices.ts'

const EVENT = 'deposit.refused'

/** `tellRefusedDeposits` tells accounts of the deposits of the last day that were not credited, and why: each once. Their ledgers know nothing of these. */
export async function tellRefusedDeposits(sql: Sql, now: Date): Promise<void> {
  await sql.begin(async (transaction) => {
    await lockNotices(transaction)
    const refused = await selectRefusedDeposits(transaction, {
      after: new Date(now.getTime() - DAY_MS),
      now,
    })
    for (const { id, accountId, currency, amount, proof, reason, available } of refused) {
      const notice = await insertTold(transaction, EVENT, { subject: String(id), accountId }, now)
      const news = {
        amount: formatMoney(amount, currency),
        reference: proof === null ? null : quoteLine(proof, 120),
        reason: reason === null ? null : quoteLine(reason),
        available: formatMoney(available, currency),
      }
      await tell(transaction, {
        ...{ event: EVENT, notice, accountId },
        message: (words) => words[EVENT](news),
      })
    }
  })
}
