import { CommanderError } from 'commander'
import { exitCodes, exitKindOf } from './exit-codes.ts'
import { printError } from './output.ts'
import { build } from './program.ts'

/**
 * `run` runs the command line with the arguments after `imeigate`. It prints an error, sets the exit code, and gives false where the
 * command could not do its work.
 */
export async function run(args: string[]): Promise<boolean> {
  try {
    const program = await build(args)
    await program.parseAsync(args, { from: 'user' })
    return true
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return true
    printError(error, args.includes('--json'))
    process.exitCode = exitCodes[exitKindOf(error)].code
    return false
  }
}
