import { Command } from 'commander'
import { register } from '../../src/command/fake-supplier.ts'
import { printError } from '../../src/command/output.ts'

/** `imeigate` has this one command, so that a test of it starts fast. */
const imeigate = new Command('imeigate')
  .option('--json', 'for programs')
  .exitOverride()
  .configureOutput({ outputError: () => {} })
register(imeigate)
try {
  await imeigate.parseAsync()
} catch (error) {
  if (!(error instanceof Error && 'exitCode' in error && error.exitCode === 0)) {
    printError(error, process.argv.includes('--json'))
    process.exitCode = 1
  }
}
