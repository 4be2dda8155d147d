import { CommanderError } from 'commander'
import { printError } from './command/output.ts'
import { build } from './command/program.ts'

// A reader that closed the pipe (`imeigate account list | head`) wants no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const END_WITHIN_MS = 3_000

try {
  const program = await build(process.argv.slice(2))
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError && error.exitCode === 0)) {
    printError(error, process.argv.includes('--json'))
    process.exitCode = 1
    // What could not be stopped in order must not keep a process that has failed.
    setTimeout(() => process.exit(), END_WITHIN_MS).unref()
  }
}
