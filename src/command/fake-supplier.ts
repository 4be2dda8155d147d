import { type Command, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { faults, isBought } from '../fake-supplier/faults.ts'
import { bulkShapes, defaults, type FakeOptions } from '../fake-supplier/options.ts'
import { startFakeSupplier } from '../fake-supplier/server.ts'
import { amountOf } from '../lib/amount.ts'
import { isCurrency } from '../lib/money.ts'
import { DAY_MS } from '../lib/time.ts'
import { wholeFrom } from './input.ts'
import { table } from './output.ts'
import { SecretOption } from './secret-options.ts'

/** Given is what commander gives for the options. */
type Given = Omit<FakeOptions, 'balance' | 'bulk'> & {
  balance?: string
  bulk: boolean
  bulkShape: (typeof bulkShapes)[number]
}

export function register(program: Command): void {
  program
    .command('fake-supplier')
    .option('--host <address>', 'address to listen on', defaults.host)
    .option('--port <number>', 'port to listen on; 0 takes a free one', wholeFrom(0, 65_535), defaults.port)
    .option('--log <file>', 'keep its orders in this file, and go on with those that are in it')
    .option('--no-log-asked', 'leave status requests out of the log')
    .option('--services <count>', 'how many services it sells', wholeFrom(1, 100_000), defaults.services)
    .option(
      '--currency <code>',
      'what it sells in; its list shows prices as its country prints them',
      defaults.currency,
    )
    .option('--delay-ms <ms>', 'before every answer', wholeFrom(0, DAY_MS), defaults.delayMs)
    .option(
      '--finish-ms <ms>',
      'from a purchase to its final answer',
      wholeFrom(0, DAY_MS),
      defaults.finishMs,
    )
    .option('--slow-ms <ms>', 'what a slow answer takes', wholeFrom(0, DAY_MS), defaults.slowMs)
    .option('--balance <amount>', 'what it says we have there (default: very much)')
    .option('--username <text>', 'the only user name that it takes (default: any)')
    .addOption(
      new SecretOption(
        '--apiaccesskey <secret or ->',
        'the only API access key that it takes (default: any)',
      ),
    )
    .option('--idempotency', 'honour idempotency keys on the Dhru wire, as another imeigate does', false)
    .option('--refuse-duplicates', 'refuse an input that it had for the same service before', false)
    .addOption(
      new Option('--bulk-shape <shape>', 'how bulk answers are laid out')
        .choices(bulkShapes)
        .default('vendor'),
    )
    .option('--no-bulk', 'know no bulk actions')
    .option('--list-cut', 'end the service list in the middle', false)
    .option(
      '--list-file <file>',
      'answer its Dhru service list with this file, such as one that a panel has sent; read anew each time',
    )
    .option('--webhook <url>', 'tell this URL of REST orders that end; needs --apiaccesskey, which signs')
    .addHelpText('after', `\nIMEIs that begin with one of these go wrong:\n\n${faultTable()}`)
    .action(async (given: Given, command: Command) => {
      const json = command.optsWithGlobals()['json'] === true
      await run(optionsOf(given), json)
    })
}

function optionsOf({ balance, bulk, bulkShape, ...others }: Given): FakeOptions {
  if (others.webhook !== undefined) {
    if (!URL.canParse(others.webhook)) throw new Refusal('invalid_input', 'the webhook is no URL', 'webhook')
    if (others.apiaccesskey === undefined)
      throw new Refusal(
        'invalid_input',
        'a webhook is signed with the API access key: give one',
        'apiaccesskey',
      )
  }
  if (!isCurrency(others.currency))
    throw new Refusal('invalid_input', `${others.currency} is no currency`, 'currency')
  return {
    ...defaults,
    ...others,
    bulk: bulk ? bulkShape : 'none',
    ...(balance !== undefined && { balance: amountOf(balance, 'balance', others.currency) }),
  }
}

/** `run` resolves after SIGTERM or SIGINT. */
async function run(options: FakeOptions, json: boolean): Promise<void> {
  const { promise: stopAsked, resolve } = Promise.withResolvers<void>()
  // A terminal and npm may both deliver a Ctrl-C: the second one changes nothing.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
  const supplier = await startFakeSupplier(options)
  const { url, orders } = supplier
  if (json)
    process.stdout.write(`${JSON.stringify({ url, log: options.log ?? null, bought: orders.bought })}\n`)
  else process.stdout.write(welcome(url, options, orders.bought))
  await stopAsked
  await supplier.stop()
  if (!json) process.stdout.write('Stopped.\n')
}

const faultTable = (): string =>
  table(faults, {
    IMEI: ({ tac }) => `${tac}...`,
    bought: isBought,
    'what happens': ({ description }) => description,
  })

function welcome(
  url: string,
  { log, username, apiaccesskey, currency }: FakeOptions,
  bought: number,
): string {
  const key = apiaccesskey === undefined ? 'echo fake | ' : ''
  const kept = log === undefined ? 'in memory only (--log keeps them)' : `in ${log}, ${bought} bought so far`
  return `
A fake supplier is running: it takes orders, does nothing, and charges nothing.

  Dhru          ${url}/api/index.php
  REST          ${url}/api
  instant check ${url}/check?service=101&imei=<IMEI>&key=<key>
  orders        ${kept}

Add it as a supplier, to a server that was started with OUTBOUND_ALLOW=127.0.0.0/8${key === '' ? '; the key that is asked for is the one that this was started with' : ''}:

${key}imeigate supplier add --kind dhru --name fake --url ${url} --username ${username ?? 'fake'} --apiaccesskey -${currency === defaults.currency ? '' : ` --currency ${currency}`}

IMEIs that begin with one of these go wrong, others succeed:

${faultTable()}

See what it did, and let the whole panel go wrong for a while:

curl -s ${url}/control
curl -s ${url}/control -d '{"mode":"down","for_ms":10000}'

Ctrl-C stops it.

`
}
