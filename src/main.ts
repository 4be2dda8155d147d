import { CommanderError } from 'commander'
import { printError } from './command/output.ts'
import { build } from './command/program.ts'

// A reader that closed the pipe (`imeigate account list | head`) wants no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  const program = await build(process.argv.slice(2))
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError && error.exitCode === 0)) {
    printError(error, process.argv.includes('--json'))
    process.exitCode = 1
  }
}
