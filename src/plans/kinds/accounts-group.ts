import { type Static, Type } from 'typebox'
import { changeAccount, findAccount } from '../../accounts/accounts.ts'
import { Refusal } from '../../errors.ts'
import { namesOfResellers, type ResellerFilter, resellerStates } from '../../resellers/resellers.ts'
import { type PlanRow, wholeKind } from '../plan-kind.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

const keyOf = (username: string): string => `account ${username}`

/** `accountFilter` are the filters of `GET /accounts` that say nothing of money, and by which the same resellers fit when the plan is applied. */
const accountFilter = Type.Object(
  {
    search: Type.Optional(text(200)),
    group: Type.Optional(text(64)),
    status: Type.Optional(Type.Union(resellerStates.map((state) => Type.Literal(state)))),
    currency: Type.Optional(text(3)),
    webhook: Type.Optional(Type.Union([Type.Literal('failing'), Type.Literal('paused')])),
  },
  { additionalProperties: false },
)

const filterOf = ({ currency, ...same }: Static<typeof accountFilter>): ResellerFilter => ({
  ...same,
  currency: currency?.toUpperCase(),
})

/** `accountsGroup` puts many resellers into a price group. */
export const accountsGroup = wholeKind({
  name: 'accounts.group',
  what: 'The same price group for many resellers',
  permissions: ['resellers.terms'],
  reading: 'resellers.read',
  undoneBy: 'accounts.undo',
  input: Type.Object(
    {
      accounts: Type.Optional(
        Type.Array(text(64), { minItems: 1, maxItems: 10_000, description: 'Ids or user names' }),
      ),
      filter: Type.Optional(accountFilter),
      group: Type.Union([text(64), Type.Null()], {
        description: 'Id or name of the price group; null: the prices of everyone',
      }),
    },
    { additionalProperties: false },
  ),
  async carryOut({ sql, clock }, { accounts, filter, group }, without) {
    if ((accounts === undefined) === (filter === undefined))
      throw new Refusal('invalid_input', 'say which resellers: these, or a filter', 'input.accounts')
    const names = accounts ?? (await namesOfResellers(sql, filterOf(filter ?? {}), clock.now()))
    const rows: PlanRow[] = []
    const seen = new Set<string>()
    let unchanged = 0
    for (const name of new Set(names)) {
      const before = await findAccount(sql, name)
      const key = keyOf(before.username)
      if (seen.has(key) || without.has(key)) continue
      seen.add(key)
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
