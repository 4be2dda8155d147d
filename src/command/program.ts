import { Command } from 'commander'
import { readConfig } from '../config.ts'
import { version } from '../version.ts'
import { databaseIn } from './connection.ts'
import { equipSecrets } from './secret-options.ts'
import { applySettingsFile } from './settings-file.ts'

/** `files` are those of this folder and the commands that each adds to the program, in the order of the help. */
const files: { adds: string[]; load: () => Promise<{ register(program: Command): void }> }[] = [
  { adds: ['start'], load: () => import('./start.ts') },
  { adds: ['demo'], load: () => import('./demo.ts') },
  { adds: ['migrate'], load: () => import('./migrate.ts') },
  { adds: ['account'], load: () => import('./account.ts') },
  { adds: ['account'], load: () => import('./account-person.ts') },
  { adds: ['account'], load: () => import('./account-application.ts') },
  { adds: ['key'], load: () => import('./key.ts') },
  { adds: ['group'], load: () => import('./group.ts') },
  { adds: ['service'], load: () => import('./service.ts') },
  { adds: ['price'], load: () => import('./price.ts') },
  { adds: ['rate'], load: () => import('./rate.ts') },
  { adds: ['supplier'], load: () => import('./supplier.ts') },
  { adds: ['route'], load: () => import('./route.ts') },
  { adds: ['deposit', 'adjust'], load: () => import('./money.ts') },
  { adds: ['deposit'], load: () => import('./deposit.ts') },
  { adds: ['statement'], load: () => import('./statement.ts') },
  { adds: ['seller', 'invoice'], load: () => import('./invoice.ts') },
  { adds: ['order'], load: () => import('./order.ts') },
  { adds: ['request'], load: () => import('./request.ts') },
  { adds: ['inbox'], load: () => import('./inbox.ts') },
  { adds: ['review'], load: () => import('./review.ts') },
  { adds: ['answer'], load: () => import('./answer.ts') },
  { adds: ['manual'], load: () => import('./manual.ts') },
  { adds: ['webhook'], load: () => import('./webhook.ts') },
  { adds: ['news'], load: () => import('./news.ts') },
  { adds: ['notify'], load: () => import('./notify.ts') },
  { adds: ['move-in'], load: () => import('./move-in.ts') },
  { adds: ['staff'], load: () => import('./staff.ts') },
  { adds: ['token'], load: () => import('./token.ts') },
  { adds: ['secrets'], load: () => import('./secrets.ts') },
  { adds: ['trail'], load: () => import('./trail.ts') },
  { adds: ['backup', 'restore'], load: () => import('./backup.ts') },
  { adds: ['report'], load: () => import('./report.ts') },
  { adds: ['ledger'], load: () => import('./ledger.ts') },
  { adds: ['doctor'], load: () => import('./doctor.ts') },
  { adds: ['fake-supplier'], load: () => import('./fake-supplier.ts') },
]

/** `filesFor` gives the files that some words need: those of the command among them, none to say the version, else all. */
function filesFor(words: string[]): typeof files {
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) return []
  const command = words.find((word) => !word.startsWith('-')) ?? ''
  const needed = files.filter(({ adds }) => adds.includes(command))
  return needed.length > 0 ? needed : files
}

/** `build` makes the command line for `words`, which are those after `imeigate`. */
export async function build(words: string[] = []): Promise<Command> {
  const program = new Command('imeigate')
    .description('The order server of the IMEI-service business.')
    .version(version)
    .option('--json', 'one JSON value on stdout, errors as one JSON line on stderr')
    .option('--settings <file>', 'the file of settings; without it imeigate.env beside the data folder')
    .option('--verbose', 'say on stderr which settings and which database are used')
    .hook('preAction', (_, acting) => {
      const { settings, verbose } = acting.optsWithGlobals<{ settings?: string; verbose?: boolean }>()
      const file = applySettingsFile(process.env, settings)
      if (!verbose) return
      process.stderr.write(`settings: the environment${file === undefined ? '' : `, and ${file}`}\n`)
      process.stderr.write(`database: ${databaseIn(readConfig(process.env))}\n`)
    })
    .configureHelp({ showGlobalOptions: true })
    // Errors are printed in one place: see main.ts.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
  for (const { load } of filesFor(words)) {
    const { register } = await load()
    register(program)
  }
  equipSecrets(program)
  return program
}
