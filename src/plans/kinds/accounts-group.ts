import { Type } from 'typebox'
import { changeAccount, findAccount } from '../../accounts/accounts.ts'
import { type PlanRow, wholeKind } from '../plan-kind.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

const keyOf = (username: string): string => `account ${username}`

/** `accountsGroup` puts many resellers into a price group. */
export const accountsGroup = wholeKind({
  name: 'accounts.group',
  what: 'The same price group for many resellers',
  permissions: ['resellers.terms'],
  reading: 'resellers.read',
  undoneBy: 'accounts.undo',
  input: Type.Object(
    {
      accounts: Type.Array(text(64), { minItems: 1, maxItems: 1000, description: 'Ids or user names' }),
      group: Type.Union([text(64), Type.Null()], {
        description: 'Id or name of the price group; null: the prices of everyone',
      }),
    },
    { additionalProperties: false },
  ),
  async carryOut({ sql }, { accounts, group }, without) {
    const rows: PlanRow[] = []
    let unchanged = 0
    for (const name of new Set(accounts)) {
      const before = await findAccount(sql, name)
      const key = keyOf(before.username)
      if (rows.some((row) => row.key === key)) continue
      if (without.has(key)) continue
      const after = await changeAccount(sql, before.id, { group })
      if (after.group === before.group) unchanged++
      else
        rows.push({
          key,
          subject: { account: before.id, username: before.username, name: before.name },
          before: { group: before.group },
          after: { group: after.group },
          ...{ money: null, verdict: 'changed', warnings: [] },
        })
    }
    return { rows, summary: { changed: rows.length, unchanged } }
  },
})
