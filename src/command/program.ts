import { Command, Help } from 'commander'
import { readConfig } from '../config.ts'
import { version } from '../version.ts'
import { databaseIn } from './connection.ts'
import { equipSecrets } from './secret-options.ts'
import { applySettingsFile } from './settings-file.ts'

interface Files {
  /** `commands` are those that the files add to the program, with what the help says of each. */
  commands: Readonly<Record<string, string>>
  load: readonly (() => Promise<{ register(program: Command): void }>)[]
}

/** `files` are those of this folder that make the commands of the program, in the order of the help. */
const files: readonly Files[] = [
  {
    commands: {
      start: 'start the server: requests, workers, and the embedded database unless DATABASE_URL is set',
    },
    load: [() => import('./start.ts')],
  },
  {
    commands: {
      demo: 'start the server with a filled shop to try things on; everything stays for the next start',
    },
    load: [() => import('./demo.ts')],
  },
  {
    commands: { migrate: 'bring the database up to this version (starting the server does the same)' },
    load: [() => import('./migrate.ts')],
  },
  {
    commands: {
      account: 'resellers: their names, wallets and price groups',
    },
    load: [
      () => import('./account.ts'),
      () => import('./account-person.ts'),
      () => import('./account-application.ts'),
    ],
  },
  { commands: { key: 'API keys of accounts' }, load: [() => import('./key.ts')] },
  {
    commands: { group: 'price groups: accounts that see the same services and prices' },
    load: [() => import('./group.ts')],
  },
  {
    commands: { service: 'services: create, list, show, update, import, export' },
    load: [() => import('./service.ts')],
  },
  {
    commands: { price: 'prices: set, list, explain, history, remove; rules, files, changes of many' },
    load: [() => import('./price.ts')],
  },
  {
    commands: { rate: 'exchange rates, which sale prices and margins are made with' },
    load: [() => import('./rate.ts')],
  },
  { commands: { supplier: 'those upstream who do the work' }, load: [() => import('./supplier.ts')] },
  {
    commands: { route: 'who does the work of a service, in order of preference' },
    load: [() => import('./route.ts')],
  },
  {
    commands: {
      deposit: 'add a payment to an account',
      adjust: 'correct the balance of an account, up or (a negative amount) down',
    },
    load: [() => import('./money.ts'), () => import('./deposit.ts')],
  },
  {
    commands: {
      statement:
        'what moved the balance of an account in a month; without a month, the months that there are',
    },
    load: [() => import('./statement.ts')],
  },
  {
    commands: {
      seller: 'who sells, as statements and invoices say it',
      invoice: 'what accounts were charged in a month, under numbers without gaps',
    },
    load: [() => import('./invoice.ts')],
  },
  {
    commands: { order: 'orders: list, show, cancel, verify, resend, refund, correct, reveal' },
    load: [() => import('./order.ts')],
  },
  { commands: { request: 'what was asked over HTTP' }, load: [() => import('./request.ts')] },
  {
    commands: { inbox: 'everything that waits for a person: reviews, work by hand, deposits, lists' },
    load: [() => import('./inbox.ts')],
  },
  {
    commands: { review: 'what waits for a person: unknown outcomes, margins, requests, changes of mind' },
    load: [() => import('./review.ts')],
  },
  {
    commands: { answer: "suppliers' answers that no list of words knows: what they mean" },
    load: [() => import('./answer.ts')],
  },
  {
    commands: { manual: 'work that people do: list, take, answer, refuse, paste' },
    load: [() => import('./manual.ts')],
  },
  {
    commands: { webhook: 'where resellers are told what becomes of orders' },
    load: [() => import('./webhook.ts')],
  },
  { commands: { news: 'what you tell resellers in the portal' }, load: [() => import('./news.ts')] },
  {
    commands: { notify: 'who is told, by e-mail or otherwise, of what needs a person' },
    load: [() => import('./notify.ts')],
  },
  {
    commands: { 'move-in': 'bring over what a panel has, in files and from its API' },
    load: [() => import('./move-in.ts')],
  },
  {
    commands: {
      staff: 'the people who run the installation, by the operator API: their roles and invitations',
    },
    load: [() => import('./staff.ts')],
  },
  {
    commands: { token: "what the operator's own programs sign in with" },
    load: [() => import('./token.ts')],
  },
  {
    commands: {
      secrets: "the secret key, which suppliers', gateways', channels' and webhooks' secrets are sealed with",
    },
    load: [() => import('./secrets.ts')],
  },
  {
    commands: {
      trail:
        'who changed what, and how it was before: keys, limits, prices, suppliers, decisions; the newest first',
    },
    load: [() => import('./trail.ts')],
  },
  {
    commands: {
      backup: 'backups of the whole database',
      restore: 'put a backup into an empty database, all of it or nothing, and check the ledger',
    },
    load: [() => import('./backup.ts')],
  },
  { commands: { report: 'turnover, cost, profit, success and times' }, load: [() => import('./report.ts')] },
  { commands: { ledger: 'the books' }, load: [() => import('./ledger.ts')] },
  {
    commands: {
      doctor: 'look for what would keep the server from working; exit code 6 when something would',
    },
    load: [() => import('./doctor.ts')],
  },
  {
    commands: {
      'fake-supplier':
        'start a supplier that sells nothing and goes wrong as asked: to try things on, and for tests',
    },
    load: [() => import('./fake-supplier.ts')],
  },
]

/** `filesFor` gives the files that some words need, which are those of the command among them. */
function filesFor(words: readonly string[]): readonly Files[] {
  const [first = '', second = ''] = words.filter(
    (word, at) => !word.startsWith('-') && words[at - 1] !== '--settings',
  )
  const command = first === 'help' ? second : first
  return files.filter(({ commands }) => command in commands)
}

/**
 * `build` makes the command line for `words`, which are those after `imeigate`, and without them with all there is. Of commands that the words do
 * not name it knows only what the help says of them: most of the start of a program is loading files.
 */
export async function build(words?: readonly string[]): Promise<Command> {
  const program: Command = new Command('imeigate')
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
    .configureHelp({
      showGlobalOptions: true,
      // In the list of all commands each is its name alone, whether it was loaded or not.
      subcommandTerm: (command) => (command.parent === program ? command.name() : termOf(command)),
    })
    // Errors are printed in one place: see main.ts.
    .configureOutput({ outputError: () => {} })
    .exitOverride()
  const needed = words ? filesFor(words) : files
  for (const one of files) {
    if (needed.includes(one)) for (const load of one.load) (await load()).register(program)
    for (const [name, summary] of Object.entries(one.commands)) {
      const command = program.commands.find((made) => made.name() === name) ?? program.command(name)
      command.description(summary)
    }
  }
  equipSecrets(program)
  return program
}

/** `termOf` writes a command as the list of those beside it has it: with its arguments. */
const termOf = (command: Command): string => new Help().subcommandTerm(command)
