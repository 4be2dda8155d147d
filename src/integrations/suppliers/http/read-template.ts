import type { Fault } from '../../../errors.ts'
import { type Result, resultOf } from '../../../lib/fault.ts'
import { checkOwn, type SchemaFault } from '../../../lib/json-schema.ts'
import { compilePattern } from '../../../lib/patterns.ts'
import { isKnown, namesIn } from './placeholders.ts'
import {
  type Places,
  type Rule,
  type Template,
  type TemplateAnswer,
  type TemplateRequest,
  templateSchema,
} from './template.ts'

/** `readTemplate` gives a template as an operator wrote it, or everything that is wrong with it. */
export function readTemplate(json: unknown): Result<Template> {
  const shape = checkOwn(templateSchema(), json)
  if (shape.length > 0) return resultOf(json as Template, shapeFaults(shape))
  const template = json as Template
  const faults = [...meaningProblems(template)].map(([at, message]) => ({
    path: at.replace(/\[(\d+)\]/g, '.$1').split('.'),
    message,
  }))
  return resultOf(template, faults)
}

/** `shapeFaults` says of a value that fits none of several forms only that, and leaves out what each form wants. */
function shapeFaults(all: readonly SchemaFault[]): Fault[] {
  const choices = all.filter(({ keyword }) => keyword === 'anyOf').map(({ path }) => path)
  const [outermost] = choices.toSorted((a, b) => a.length - b.length)
  const plain = all.filter(
    ({ path }) => !choices.some((choice) => choice.every((step, index) => step === path[index])),
  )
  if (outermost === undefined) return plain
  return [...plain, { path: outermost, message: 'is none of the forms that can stand here' }]
}

/** Problems are places in a template, such as `answer.success[0].matches`, and what is wrong there. */
type Problems = Generator<[at: string, message: string]>

function* meaningProblems(template: Template): Problems {
  const { request, answer, status, balance, repeatable } = template
  yield* requestProblems('request', request, 'item')
  yield* answerProblems('answer', answer)
  if (answer.pending && !status && !repeatable) {
    yield ['answer.pending', 'needs status, or repeatable: how else would one hear what came of it?']
  }
  if (status) {
    yield* requestProblems('status.request', status.request, 'status')
    yield* answerProblems('status.answer', status.answer)
    if (status.answer.duplicate) yield ['status.answer.duplicate', 'means nothing where nothing is ordered']
    if (needsReference(status.request) && !answer.reference) {
      yield ['answer.reference', 'is missing: the request for the status needs it']
    }
  }
  if (balance) {
    yield* requestProblems('balance.request', balance.request, 'supplier')
    for (const name of ['amount', 'currency', 'name'] as const) {
      yield* placesProblems(`balance.${name}`, balance[name])
    }
  }
}

export const needsReference = (request: TemplateRequest): boolean =>
  [...textsOf(request)].some(([, text]) => namesIn(text).includes('reference'))

/** `ours` are the names of headers that a template may not set. */
const ours = [
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'expect',
  'upgrade',
  'te',
  'trailer',
]

/** SECRETS are the places of headers and fields whose names say that a secret stands there. A template is shown, and kept in the trail. */
const SECRETS =
  /^(headers|query|body)\.(.*\.)?((proxy-)?authorization|cookie|(x[-_])?((api|access|auth|secret|private)[-_]?)?(key|token|secret|password))$/i

function* requestProblems(
  at: string,
  request: TemplateRequest,
  about: 'item' | 'status' | 'supplier',
): Problems {
  const { method, url, headers = {}, body } = request
  for (const [place, text] of textsOf(request)) {
    const isUrl = place === 'url'
    for (const name of namesIn(isUrl ? url.replace(/^\{url\}/, '') : text)) {
      if (!isKnown(name, about)) yield [`${at}.${place}`, `knows no {${name}}`]
    }
    if (SECRETS.test(place) && text !== '' && namesIn(text).length === 0)
      yield [`${at}.${place}`, 'is a secret in the open: give it by --key, and write {key} here']
  }
  // A placeholder in the host would say where the secrets go.
  if (/^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}[^/\\?#]*\{/i.test(url))
    yield [`${at}.url`, 'has a placeholder in its host']
  for (const [name, value] of Object.entries(headers)) {
    const isWrong = !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || ours.includes(name.toLowerCase())
    if (isWrong) yield [`${at}.headers.${name}`, 'is no header that a template may set']
    if (/[^\t\x20-\x7e]/.test(value))
      yield [`${at}.headers.${name}`, 'has characters that no header can hold']
  }
  if (!body) return
  if (method === 'GET') yield [`${at}.body`, 'is for POST']
  if (Object.keys(body).length !== 1) yield [`${at}.body`, 'must be one of json, form and text']
}

/** `textsOf` gives every text that may hold placeholders, with its place. */
function* textsOf({
  url,
  headers = {},
  query = {},
  body,
}: TemplateRequest): Generator<[at: string, text: string]> {
  yield ['url', url]
  for (const [name, text] of Object.entries(headers)) yield [`headers.${name}`, text]
  for (const [name, text] of Object.entries(query)) yield [`query.${name}`, text]
  for (const [name, text] of Object.entries(body?.form ?? {})) yield [`body.form.${name}`, text]
  if (body?.text) yield ['body.text.content', body.text.content]
  yield* jsonTexts('body.json', body?.json)
}

function* jsonTexts(at: string, value: unknown): Generator<[at: string, text: string]> {
  if (typeof value === 'string') yield [at, value]
  if (typeof value !== 'object' || value === null) return
  for (const [name, one] of Object.entries(value)) yield* jsonTexts(`${at}.${name}`, one)
}

const kinds = ['success', 'pending', 'refused', 'duplicate', 'credit', 'login', 'busy'] as const
const tests = ['equals', 'in', 'contains', 'matches', 'matches_not', 'exists'] as const

function* answerProblems(at: string, answer: TemplateAnswer): Problems {
  for (const kind of kinds) {
    for (const [index, { all, ...test }] of (answer[kind] ?? []).entries()) {
      const place = `${at}.${kind}[${index}]`
      if (!all) yield* testProblems(place, test, answer.format)
      else if (Object.keys(test).length > 0) yield [place, 'has both all and a test of its own']
      for (const [inner, one] of (all ?? []).entries())
        yield* testProblems(`${place}.all[${inner}]`, one, answer.format)
    }
  }
  if (answer.state !== undefined && answer.format === 'text') yield [`${at}.state`, 'is in no JSON']
  for (const name of ['result', 'reference', 'about', 'reason'] as const)
    yield* placesProblems(`${at}.${name}`, answer[name])
}

function* testProblems(at: string, test: Omit<Rule, 'all'>, format: 'json' | 'text'): Problems {
  const given = tests.filter((name) => test[name] !== undefined)
  if (given.length !== 1) yield [at, `must have one of ${tests.join(', ')}`]
  if (test.path === undefined) yield [at, 'has no path']
  else if (format === 'text' && !test.path.startsWith('$')) yield [`${at}.path`, 'is in no JSON: use $text']
  for (const name of ['matches', 'matches_not'] as const) {
    const pattern = test[name]
    if (pattern !== undefined) yield* patternProblems(`${at}.${name}`, pattern)
  }
}

function* placesProblems(at: string, places: Places | undefined): Problems {
  const all = Array.isArray(places) ? places : places === undefined ? [] : [places]
  for (const place of all)
    if (typeof place !== 'string') yield* patternProblems(`${at}.matches`, place.matches)
}

function* patternProblems(at: string, pattern: string): Problems {
  try {
    compilePattern(pattern)
  } catch (error) {
    yield [at, `is no regular expression that can be used: ${(error as Error).message}`]
  }
}
