import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { register as account } from './command/account.ts'
import { register as demo } from './command/demo.ts'
import { register as doctor } from './command/doctor.ts'
import { register as fakeSupplier } from './command/fake-supplier.ts'
import { register as group } from './command/group.ts'
import { register as key } from './command/key.ts'
import { register as ledger } from './command/ledger.ts'
import { register as manual } from './command/manual.ts'
import { register as migrate } from './command/migrate.ts'
import { register as money } from './command/money.ts'
import { register as order } from './command/order.ts'
import { printError } from './command/output.ts'
import { register as price } from './command/price.ts'
import { register as rate } from './command/rate.ts'
import { register as review } from './command/review.ts'
import { register as route } from './command/route.ts'
import { register as service } from './command/service.ts'
import { register as start } from './command/start.ts'
import { register as supplier } from './command/supplier.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** The command line: each file of src/command adds its commands to the program. */
function build(): Command {
  const program = new Command('imeigate')
    .description('The order server of the IMEI-service business.')
    .version(version)
    .option('--json', 'one JSON value on stdout, errors as one JSON line on stderr')
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed in one place, below.
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
    order,
    review,
    manual,
    ledger,
    doctor,
    fakeSupplier,
  ]) {
    register(program)
  }
  return program
}

// A reader that closed the pipe (`imeigate account list | head`) wants no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  await build().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError && error.exitCode === 0)) {
    printError(error, process.argv.includes('--json'))
    process.exitCode = 1
  }
}
