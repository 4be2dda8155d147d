import { run } from './command/run.ts'

// A reader that closed the pipe (`imeigate account list | head`) wants no more.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const MAX_END_MS = 3_000

if (!(await run(process.argv.slice(2)))) {
  // What could not be stopped in order must not keep a process that has failed.
  setTimeout(() => process.exit(), MAX_END_MS).unref()
}
