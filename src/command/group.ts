import type { Command } from 'commander'
import { createPriceGroup, listPriceGroups } from '../accounts/accounts.ts'
import { withDatabase } from './connection.ts'
import { answering, listed } from './output.ts'

export function register(program: Command): void {
  const group = program.command('group')

  group
    .command('create')
    .description('create a price group')
    .requiredOption('--name <text>')
    .action(
      answering(async ({ name }: { name: string }) => {
        const made = await withDatabase(({ sql }) => createPriceGroup(sql, name))
        return { json: { id: made.id, name: made.name }, text: `price group ${made.id}: ${made.name}` }
      }),
    )

  group
    .command('list')
    .description('list price groups')
    .action(
      answering(async () => {
        const groups = await withDatabase(({ sql }) => listPriceGroups(sql))
        return listed(groups, {
          json: ({ id, name, accounts, createdAt }) => ({ id, name, accounts, created_at: createdAt }),
          columns: { id: ({ id }) => id, name: ({ name }) => name, accounts: ({ accounts }) => accounts },
          right: ['id', 'accounts'],
          none: 'no price groups: imeigate group create makes one',
        })
      }),
    )
}
