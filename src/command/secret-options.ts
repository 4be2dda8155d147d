import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type Command, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { readBytes, textOfFile } from './input.ts'

/**
 * SecretOption takes a secret, or `-` for a line of stdin. Each has a second one beside it, which takes the file that holds the secret:
 * `--token` and `--token-file`.
 */
export class SecretOption extends Option {
  constructor(flags: string, description: string) {
    super(flags, `${description}; - reads it from stdin`)
  }

  /** `file` is the option beside it. */
  get file(): Option {
    return new Option(`${this.long}-file <file>`, `the same, in a file`)
  }

  /** `field` is what errors call it. */
  get field(): string {
    return (this.long ?? '').replace(/^--/, '').replaceAll('-', '_')
  }
}

/** `equipSecrets` gives every secret option of the program its `-file`, and has commands find the secrets themselves, wherever these came from. */
export function equipSecrets(command: Command): void {
  const secrets = command.options.filter((option) => option instanceof SecretOption)
  for (const option of secrets) command.addOption(option.file)
  if (secrets.length > 0) command.hook('preAction', (_, acting) => findSecrets(acting, secrets))
  command.commands.forEach(equipSecrets)
}

async function findSecrets(command: Command, secrets: readonly SecretOption[]): Promise<void> {
  const typed: string[] = []
  const fromStdin: SecretOption[] = []
  for (const option of secrets) {
    const given: unknown = command.getOptionValue(option.attributeName())
    const file: unknown = command.getOptionValue(option.file.attributeName())
    if (typeof file === 'string') {
      if (given !== undefined) {
        throw new Refusal(
          'invalid_input',
          `${option.long} is given twice: as ${option.file.long}, too`,
          option.field,
        )
      }
      if (file === '-') fromStdin.push(option)
      else command.setOptionValue(option.attributeName(), await secretIn(file, option))
    } else if (given === '-') fromStdin.push(option)
    else if (typeof given === 'string' && given !== '') typed.push(option.long ?? '')
  }
  if (fromStdin.length > 0) {
    const lines = await readLines(fromStdin.map(({ field }) => field))
    for (const option of fromStdin) command.setOptionValue(option.attributeName(), lines.get(option.field))
  }
  if (typed.length > 0) process.stderr.write(`${warningOf(typed)}\n`)
}

const warningOf = (typed: string[]): string =>
  `warning: ${typed.join(' and ')} ${typed.length > 1 ? 'stand' : 'stands'} in the shell's history and the list of processes: ` +
  `give ${typed.length > 1 ? 'them' : 'it'} by ${typed.map((one) => `${one}-file`).join(' and ')}, or as - on stdin`

/** `secretIn` reads a file of one line. */
async function secretIn(file: string, { field, file: { long } }: SecretOption): Promise<string> {
  const text = textOfFile(await readBytes(file, field)).trim()
  if (text !== '' && !/[\r\n]/.test(text)) return text
  throw new Refusal('invalid_input', `${long}: ${file} must have one line, with the secret`, field)
}

/** `readLines` reads a line of stdin for each name. It does not show what is typed on a terminal. */
async function readLines(names: string[]): Promise<Map<string, string>> {
  const isTerminal = process.stdin.isTTY === true
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: isTerminal })
  const iterator = lines[Symbol.asyncIterator]()
  const read = new Map<string, string>()
  for (const name of names) {
    if (isTerminal) process.stderr.write(`${name}: `)
    const { value, done } = await iterator.next()
    if (isTerminal) process.stderr.write('\n')
    if (done || value.trim() === '') throw new Refusal('invalid_input', `stdin has no line for ${name}`, name)
    read.set(name, value.trim())
  }
  lines.close()
  return read
}
