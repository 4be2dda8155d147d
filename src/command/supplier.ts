import { type Command, InvalidArgumentError, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { jsonOf, textsOf } from '../lib/attributes.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { systemClock } from '../lib/time.ts'
import { type SupplierForm, type SupplierView, supplierAttributes } from '../suppliers/attributes.ts'
import { type SupplierTest, testSupplier } from '../suppliers/supplier-test.ts'
import {
  createSupplier,
  enableSupplier,
  findSupplier,
  listSuppliers,
  showSupplier,
  updateSupplier,
} from '../suppliers/suppliers.ts'
import { someOf } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { wholeFrom } from './input.ts'
import { fieldPairs } from './integration-options.ts'
import { type Answer, answering, keyValues, nounsAnswer } from './output.ts'
import { warnOf, withSuppliers } from './sealing.ts'
import { addSupplierOptions, readSupplierOptions, withSupplierNames } from './supplier-options.ts'
import { registerSync } from './supplier-sync.ts'
import { registerTopUps } from './supplier-top-up.ts'

type Options = Record<string, unknown>

export function register(program: Command): void {
  const supplier = program.command('supplier')
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
    .command('figures')
    .description(
      'our balance there and how long it lasts, what came of its calls, how long they took, when it was paused',
    )
    .argument('<id or name>')
    .addOption(new Option('--days <count>', 'of how many days').argParser(wholeFrom(1, 800)).default(7))
    .action(answering(figures))
  supplier
    .command('test')
    .description(
      'ask for our account there, which buys nothing; with --imei or --remote-service it buys; exit code 6 when it fails',
    )
    .argument('<id or name>')
    .option('--imei <text>', 'really order with this IMEI or serial number, which the supplier charges')
    .option('--remote-service <id>', 'of this service of its list')
    .option(
      '--field <name=value>',
      'an extra field, under the name of the supplier; may be given several times',
      fieldOf,
    )
    .option('--quantity <count>', 'how many, where it counts', wholeFrom(1, 100_000), 1)
    .addOption(
      new Option('--ask <test>', 'what has become of an earlier such test, which buys nothing').argParser(
        wholeFrom(1, 2_147_483_647),
      ),
    )
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
      .option('--why <text>', 'for the trail')
      .action(
        answering((idOrName: string, { why }: { why?: string }) =>
          withSuppliers(async ({ sql, sealer }) =>
            supplierAnswer(await enableSupplier(sql, sealer, idOrName, verb === 'enable', why)),
          ),
        ),
      )
  }
  registerSync(supplier)
  registerTopUps(supplier)
}

const add = (options: Options): Promise<Answer> =>
  withSupplierNames(async () => {
    const form = (await readSupplierOptions(options)) as SupplierForm & { kind: string }
    return await withSuppliers(async ({ sql, sealer, config }) => {
      const made = await createSupplier(sql, sealer, form)
      await warnOf(made.url, config)
      return supplierAnswer(made)
    })
  })

const update = (idOrName: string, options: Options): Promise<Answer> =>
  withSupplierNames(async () => {
    const changes = someOf(await readSupplierOptions(options))
    return await withSuppliers(async ({ sql, sealer, config }) => {
      const changed = await updateSupplier(sql, sealer, idOrName, changes)
      if (changes.url !== undefined) await warnOf(changed.url, config)
      return supplierAnswer(changed)
    })
  })

const show = (idOrName: string): Promise<Answer> =>
  withSuppliers(async ({ sql, sealer }) => supplierAnswer(await showSupplier(sql, sealer, idOrName)))

const list = (): Promise<Answer> =>
  withSuppliers(async ({ sql, sealer }) => suppliersAnswer(await listSuppliers(sql, sealer)))

interface TestOptions {
  imei?: string
  remoteService?: string
  field?: Record<string, string>
  quantity: number
  ask?: number
}

/** `fieldOf` reads one of several name=value. */
function fieldOf(text: string, others: Record<string, string> = {}): Record<string, string> {
  const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new InvalidArgumentError('it must be name=value.')
  return { ...others, [name]: value }
}

async function tryOut(
  idOrName: string,
  { imei, remoteService, field, quantity, ask }: TestOptions,
): Promise<Answer> {
  const [{ askAboutTry, trySupplier }, { tryAnswer }] = await Promise.all([
    import('../suppliers/supplier-try.ts'),
    import('./supplier-try-text.ts'),
  ])
  if (ask !== undefined && (imei !== undefined || remoteService !== undefined))
    throw new Refusal(
      'invalid_input',
      'asks about an earlier test, and goes without --imei and --remote-service',
      'ask',
    )
  const item = {
    input: imei?.trim() ?? '',
    remoteService: remoteService?.trim() ?? '',
    fields: field ?? null,
    quantity,
  }
  return await withSuppliers(async (parts) =>
    tryAnswer(
      ask === undefined ? await trySupplier(parts, idOrName, item) : await askAboutTry(parts, idOrName, ask),
    ),
  )
}

const test = (idOrName: string, options: TestOptions): Promise<Answer> => {
  const { imei, remoteService, ask } = options
  if (imei !== undefined || remoteService !== undefined || ask !== undefined) return tryOut(idOrName, options)
  return withSuppliers(async (parts) => {
    const { currency } = await findSupplier(parts.sql, idOrName)
    const result = await testSupplier(parts, idOrName)
    return { json: testJson(result), text: testText(result, currency), bad: result.problem !== null }
  })
}

/** `figures` needs no secret: whoever keeps the books may look. */
async function figures(idOrName: string, { days }: { days: number }): Promise<Answer> {
  const { readSupplierFigures } = await import('../suppliers/figures.ts')
  const { figuresAnswer } = await import('./supplier-figures-text.ts')
  return figuresAnswer(
    await withDatabase(({ sql }) => readSupplierFigures(sql, idOrName, { now: systemClock.now(), days })),
  )
}

const supplierAnswer = (supplier: SupplierView): Answer => ({
  json: jsonOf(supplierAttributes, supplier),
  text: keyValues([...textsOf(supplierAttributes, supplier), ...fieldPairs(supplier)]),
})

const suppliersAnswer = (suppliers: SupplierView[]): Answer =>
  nounsAnswer(
    supplierAttributes,
    ['id', 'name', 'kind', 'enabled', 'balance', 'openItems', 'routes', 'url'],
    suppliers,
    'no suppliers: imeigate supplier add makes one',
  )

const testJson = ({ id, name, account, milliseconds, problem, note }: SupplierTest) => ({
  id,
  name,
  ok: problem === null,
  account: account && {
    name: account.name,
    balance: account.balance === null ? null : formatMicros(account.balance, account.currency ?? undefined),
    currency: account.currency,
  },
  milliseconds,
  problem,
  note,
})

function testText({ name, account, milliseconds, problem, note }: SupplierTest, currency: string): string {
  const balance = account?.balance ?? null
  return keyValues([
    ['supplier', name],
    ['works', milliseconds === null && problem === null ? '-' : problem === null],
    account !== null && ['account', account.name],
    account !== null && [
      'balance',
      balance === null ? null : formatMoney(balance, account.currency ?? currency),
    ],
    milliseconds !== null && ['took', `${milliseconds} ms`],
    problem !== null && ['problem', problem],
    note !== null && ['note', note],
  ])
}
