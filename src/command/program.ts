import { Command } from 'commander'
import { version } from '../version.ts'
import { register as account } from './account.ts'
import { register as demo } from './demo.ts'
import { register as deposit } from './deposit.ts'
import { register as doctor } from './doctor.ts'
import { register as fakeSupplier } from './fake-supplier.ts'
import { register as group } from './group.ts'
import { register as key } from './key.ts'
import { register as ledger } from './ledger.ts'
import { register as manual } from './manual.ts'
import { register as migrate } from './migrate.ts'
import { register as money } from './money.ts'
import { register as notify } from './notify.ts'
import { register as order } from './order.ts'
import { register as price } from './price.ts'
import { register as rate } from './rate.ts'
import { register as review } from './review.ts'
import { register as route } from './route.ts'
import { register as service } from './service.ts'
import { register as start } from './start.ts'
import { register as statement } from './statement.ts'
import { register as supplier } from './supplier.ts'
import { register as webhook } from './webhook.ts'

/** The command line: each file of this folder adds its commands to the program. */
export function build(): Command {
  const program = new Command('imeigate')
    .description('The order server of the IMEI-service business.')
    .version(version)
    .option('--json', 'one JSON value on stdout, errors as one JSON line on stderr')
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed in one place: see main.ts.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
  for (const register of [
    start,
    demo,
    migrate,
    account,
    key,
    group,
    service,
    price,
    rate,
    supplier,
    route,
    money,
    deposit,
    statement,
    order,
    review,
    manual,
    webhook,
    notify,
    ledger,
    doctor,
    fakeSupplier,
  ]) {
    register(program)
  }
  return program
}
