import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Step is a command of a page, with what the page shows of its answer. */
export interface Step {
  command: string
  said: string
}

const EXAMPLE = /^(```console\n)([\s\S]*?)(^```$)/gm

const stepsOf = (example: string): Step[] =>
  example
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const lines = step.split(/^/m)
      let end = 1
      while (end < lines.length && goesOn(lines.slice(0, end).join(''))) end++
      return { command: lines.slice(0, end).join(''), said: lines.slice(end).join('') }
    })

/** `goesOn`: a command goes on in the next line after a backslash, and within single quotes. */
const goesOn = (command: string): boolean =>
  /\\\n$/.test(command) || (command.match(/'/g) ?? []).length % 2 === 1

/** `examplesOf` gives the steps of each example of a page. */
export const examplesOf = (page: string): Step[][] =>
  [...page.matchAll(EXAMPLE)].map(([, , inside = '']) => stepsOf(inside))

/** `renewed` gives a page with what `answer` says of each example, where that is not what stands there. */
export async function renewed(page: string, answer: (steps: Step[]) => Promise<string[]>): Promise<string> {
  let now = ''
  let end = 0
  for (const example of page.matchAll(EXAMPLE)) {
    const [whole, open = '', inside = '', close = ''] = example
    const steps = stepsOf(inside)
    const answers = await answer(steps)
    const shown = steps.map(({ command, said }, index) => {
      const given = answers[index] ?? ''
      return `$ ${command}${matches(said, given) ? said : `${pretty(given.trimEnd())}\n`}`
    })
    now += page.slice(end, example.index) + open + shown.join('') + close
    end = example.index + whole.length
  }
  return now + page.slice(end)
}

/** `typing` gives a command that reads secrets from stdin (`-`) one for each, and leaves every other as it is. */
export const typing = (command: string, secret: string): string => {
  const asked = command.match(/ -(?=\s)/g) ?? []
  return asked.length === 0 ? command : `printf '%s\\n'${` '${secret}'`.repeat(asked.length)} | ${command}`
}

const MARK = '--- next ---'

/** `shell` runs commands in one shell behind `prelude`, and gives what each says. */
export async function shell(
  prelude: string,
  commands: string[],
  options: { env: Record<string, string>; cwd?: string },
): Promise<string[]> {
  const script = [prelude, ...commands.map((command) => `${command}echo '${MARK}'`)].join('\n')
  // Behind a socket, as Node's pipes are, a shell would read the user's .bashrc.
  const { stdout } = await run('bash', ['--norc', '-c', script], options)
  return stdout.replaceAll('\r', '').split(`${MARK}\n`).slice(0, -1)
}

/** `matches` compares what a page shows of an answer with what was answered: `...` stands for what is left out. */
export function matches(shown: string, said: string): boolean {
  const [wanted, given] = [read(shown), read(said)]
  if (wanted !== undefined && given !== undefined) return fits(wanted, given)
  const parts = normal(shown.trim()).split(LEFT_OUT)
  return new RegExp(`^${parts.map(literally).join('[\\s\\S]*?')}$`).test(normal(said.trim()))
}

const literally = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')

/** `pretty` sets JSON out as people read it, and leaves everything else as it is. */
function pretty(said: string): string {
  const value = read(said)
  return value === undefined ? said : layout(value, '')
}

const LEFT_OUT = '...'

/** `read` gives undefined for what is no JSON. */
function read(text: string): unknown {
  // Between braces or behind a comma; of an object it may stand in several places.
  const whole = text
    .replace(/([{,]\s*)\.\.\.(?=\s*[,}])/g, `$1"${LEFT_OUT}":0`)
    .replace(/([[,]\s*)\.\.\.(?=\s*\])/g, `$1"${LEFT_OUT}"`)
  try {
    return JSON.parse(whole)
  } catch {
    return undefined
  }
}

function fits(wanted: unknown, given: unknown, name = ''): boolean {
  if (Array.isArray(wanted) && Array.isArray(given)) {
    const some = wanted.filter((one) => one !== LEFT_OUT)
    if (some.length === wanted.length ? given.length !== some.length : given.length < some.length)
      return false
    return some.every((one, index) => fits(one, given[index]))
  }
  if (isObject(wanted) && isObject(given)) {
    const { [LEFT_OUT]: leftOut, ...fields } = wanted
    if (leftOut === undefined && Object.keys(given).length !== Object.keys(fields).length) return false
    return Object.entries(fields).every(([key, value]) => key in given && fits(value, given[key], key))
  }
  if (typeof wanted === 'string' && typeof given === 'string') {
    return (name === 'version' && given !== '') || normal(wanted) === normal(given)
  }
  if (typeof wanted === 'number' && /(?:^|_)(?:ms|milliseconds)$/.test(name)) return typeof given === 'number'
  return wanted === given
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `normal` takes out what is another each time: times, random ids, secrets, versions, and with them the width of columns. */
const normal = (text: string): string =>
  text
    .replace(/\bwhsec_[\w+/=]+/g, 'SECRET')
    .replace(/\bimo_\d+_[\w-]+/g, 'SECRET')
    .replace(/(?<=^invitation +)[\w-]{22}$/gm, 'SECRET')
    .replace(/\b[a-z0-9]{40}\b/g, 'SECRET')
    .replace(/\b\d+ ms\b/g, 'SOME ms')
    .replace(/\b[\d.]+ GB\b/g, 'SOME GB')
    .replace(/\bPostgreSQL [\d.]+|\b\d+\.\d+\.\d+\b(?!\.)/g, 'VERSION')
    .replace(/\bits version is [\w-]{16}\b/g, 'its version is VERSION')
    .replace(/ {2,}/g, '  ')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d (?:UTC|[+-]\d\d:\d\d)/g, 'LOCAL TIME')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
    .replace(/\b20\d\d-\d\d-\d\d\b/g, 'DAY')
    .replace(/\b20\d\d-\d\d\b/g, 'MONTH')

const WIDTH = 100

function layout(value: unknown, indent: string): string {
  const flat = oneLine(value)
  if (indent.length + flat.length <= WIDTH || typeof value !== 'object' || value === null) return flat
  const inner = `${indent}  `
  const entries = Array.isArray(value)
    ? value.map((one) => layout(one, inner))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${layout(one, inner)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${inner}${entries.join(`,\n${inner}`)}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${oneLine(one)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
