import type { Command } from 'commander'
import { Refusal } from '../errors.ts'
import type { SupplierForm } from '../suppliers/attributes.ts'
import { destinationFault } from '../suppliers/destination.ts'
import { testSupplier } from '../suppliers/supplier-test.ts'
import {
  createSupplier,
  enableSupplier,
  findSupplier,
  listSuppliers,
  showSupplier,
  updateSupplier,
} from '../suppliers/suppliers.ts'
import { type Answer, answering } from './output.ts'
import { addSupplierOptions, readSupplierOptions, withSupplierNames } from './supplier-options.ts'
import { registerSync } from './supplier-sync.ts'
import { supplierAnswer, suppliersAnswer, testJson, testText } from './supplier-view.ts'
import { withSuppliers } from './with-suppliers.ts'

type Options = Record<string, unknown>

export function register(program: Command): void {
  const supplier = program.command('supplier').description('those upstream who do the work')
  addSupplierOptions(supplier.command('add'), 'create')
    .description('a new supplier; its secrets are kept sealed and are not shown again')
    .action(answering(add))
  supplier.command('list').description('suppliers, how they fare, what they hold').action(answering(list))
  supplier
    .command('show')
    .description('a supplier with its settings')
    .argument('<id or name>')
    .action(answering(show))
  supplier
    .command('test')
    .description('ask for our account there, which buys nothing; exit code 1 when it fails')
    .argument('<id or name>')
    .action(answering(test))
  addSupplierOptions(supplier.command('update'), 'change')
    .description('change what is given and leave the rest; running servers follow within a second')
    .argument('<id or name>')
    .action(answering(update))
  for (const [verb, description] of [
    ['disable', 'send it nothing more; what it has is finished'],
    ['enable', 'send it items again'],
  ] as const) {
    supplier
      .command(verb)
      .description(description)
      .argument('<id or name>')
      .action(
        answering((idOrName: string) =>
          withSuppliers(async ({ sql, sealer }) =>
            supplierAnswer(await enableSupplier(sql, sealer, idOrName, verb === 'enable')),
          ),
        ),
      )
  }
  registerSync(supplier)
}

const add = (options: Options): Promise<Answer> =>
  withSupplierNames(async () => {
    const form = (await readSupplierOptions(options)) as SupplierForm & { kind: string }
    return await withSuppliers(async ({ sql, sealer, allow }) => {
      const made = await createSupplier(sql, sealer, form)
      await warnOf(made.url, allow)
      return supplierAnswer(made)
    })
  })

const update = (idOrName: string, options: Options): Promise<Answer> =>
  withSupplierNames(async () => {
    const changes = await readSupplierOptions(options)
    if (Object.values(changes).every((value) => value === undefined)) {
      throw new Refusal('invalid_input', 'there is nothing to change')
    }
    return await withSuppliers(async ({ sql, sealer, allow }) => {
      const changed = await updateSupplier(sql, sealer, idOrName, changes)
      if (changes.url !== undefined) await warnOf(changed.url, allow)
      return supplierAnswer(changed)
    })
  })

const show = (idOrName: string): Promise<Answer> =>
  withSuppliers(async ({ sql, sealer }) => supplierAnswer(await showSupplier(sql, sealer, idOrName)))

const list = (): Promise<Answer> =>
  withSuppliers(async ({ sql, sealer }) => suppliersAnswer(await listSuppliers(sql, sealer)))

const test = (idOrName: string): Promise<Answer> =>
  withSuppliers(async (parts) => {
    const { currency } = await findSupplier(parts.sql, idOrName)
    const result = await testSupplier(parts, idOrName)
    return { json: testJson(result), text: testText(result, currency), bad: result.problem !== null }
  })

/** Not an error: the setting may be meant to come later. */
async function warnOf(url: string | null, allow: string[]): Promise<void> {
  const fault = url === null ? undefined : await destinationFault(url, allow)
  if (fault !== undefined) process.stderr.write(`warning: ${fault}\n`)
}
