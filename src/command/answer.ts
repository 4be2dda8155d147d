import type { Command } from 'commander'
import {
  forgetRule,
  type HeardAnswer,
  type KeptRule,
  type Lesson,
  listRules,
  listUnrecognised,
  type Meaning,
  meanings,
  type Preview,
  previewRule,
  teachRule,
} from '../fulfilment/people/teach.ts'
import { formatMicros } from '../lib/money.ts'
import { actor, withDatabase } from './connection.ts'
import { configuredLimit, idOf, limitOption } from './input.ts'
import { type Answer, answering, cutTo, listed, MAX_CONFIGURED } from './output.ts'

interface TeachOptions {
  words?: string
  phrase?: string
  allOfItsKind?: true
  why: string
  preview?: true
}

export function register(program: Command): void {
  const answer = program.command('answer')
  answer
    .command('list')
    .description('what was said, the newest first, and what waits for it')
    .addOption(limitOption())
    .action(answering(list))
  answer
    .command('rules')
    .description('what was taught, the newest first')
    .addOption(configuredLimit())
    .action(answering(rules))
  answer
    .command('teach')
    .argument('<supplier>', 'its id or name')
    .addArgument(program.createArgument('<meaning>', 'what it means').choices(meanings))
    .description('say what words mean: what waits for them is settled at once, and later ones as well')
    .option('--words <text>', 'all that was said; numbers do not count')
    .option(
      '--phrase <text>',
      'a phrase that is looked for in what is said, as own words of a supplier are written',
    )
    .option('--all-of-its-kind', 'for all suppliers of the same kind')
    .option('--preview', 'show what it fits and what it settles, and write nothing')
    .requiredOption('--why <text>', 'the reason, for the record')
    .action(answering(teach))
  answer
    .command('forget')
    .argument('<rule id>', 'as `answer rules` shows it')
    .description('the rule counts no more: the next item asks again')
    .action(answering(forget))
}

async function list({ limit }: { limit: number }): Promise<Answer> {
  const found = await withDatabase(({ sql }) => listUnrecognised(sql, limit + 1))
  return cutTo(limit, found, heardAnswers)
}

const heardAnswers = (all: HeardAnswer[]): Answer =>
  listed(all, {
    json: (one) => ({
      ...{ supplier: one.supplier, words: one.text, heard: Number(one.heard), last_heard_at: one.heardAt },
      ...{
        samples: one.samples.length > 0 ? one.samples : [one.example],
        waiting: one.waiting,
        review: one.review,
      },
      ...{
        amount: amountOf(one),
        currency: one.currency,
        rule: one.rule?.id ?? null,
        meaning: one.rule?.meaning ?? null,
      },
    }),
    columns: {
      supplier: (one) => one.supplier,
      words: (one) => one.text,
      heard: (one) => Number(one.heard),
      last: (one) => one.heardAt,
      waiting: (one) => one.waiting,
      'means by now': (one) => one.rule?.meaning,
      said: (one) => (one.samples[0] ?? one.example).slice(0, 80).replace(/\s+/g, ' '),
    },
    right: ['heard', 'waiting'],
    none: 'no answers that no list knows',
  })

const amountOf = ({ price, currency }: { price: bigint | null; currency: string | null }): string | null =>
  price === null || currency === null ? null : formatMicros(price, currency)

async function rules({ limit }: { limit: number }): Promise<Answer> {
  const found = await withDatabase(({ sql }) => listRules(sql, limit + 1))
  return cutTo(limit, found, keptRules, MAX_CONFIGURED)
}

const keptRules = (all: KeptRule[]): Answer =>
  listed(all, {
    json: (one) => ({
      ...{ id: one.id, supplier: one.supplier, kind: one.supplierKind },
      ...{
        words: one.isPhrase ? null : one.words,
        phrase: one.isPhrase ? one.words : null,
        meaning: one.meaning,
      },
      ...{ taught_by: one.taughtBy, why: one.why, taught_at: one.taughtAt },
    }),
    columns: {
      id: (one) => one.id,
      of: (one) => one.supplier ?? `all of kind ${one.supplierKind}`,
      words: (one) => (one.isPhrase ? `...${one.words}...` : one.words),
      meaning: (one) => one.meaning,
      by: (one) => one.taughtBy,
      since: (one) => one.taughtAt,
      why: (one) => one.why,
    },
    right: ['id'],
    none: 'no rules',
  })

async function teach(supplier: string, meaning: Meaning, options: TeachOptions): Promise<Answer> {
  const { words, phrase, allOfItsKind = false, why, preview = false } = options
  const lesson: Lesson = { supplier, ofKind: allOfItsKind, words, phrase, meaning }
  return await withDatabase(async ({ sql }) => {
    const seen = await previewRule(sql, lesson)
    if (preview)
      return { json: jsonOf(seen), text: `${textOf(seen)}\nnothing was written: leave --preview out` }
    const { id, waiting } = await teachRule(sql, lesson, { mark: seen.mark, actor: actor(), why })
    return {
      json: { id, ...jsonOf(seen) },
      text: `rule ${id}: ${waiting} items that wait for it are settled by the workers at once`,
    }
  })
}

const jsonOf = (seen: Preview) => ({
  ...{
    words: seen.rule.isPhrase ? null : seen.rule.words,
    phrase: seen.rule.isPhrase ? seen.rule.words : null,
  },
  ...{ meaning: seen.rule.meaning, suppliers: seen.suppliers.map(({ name }) => name) },
  waiting: seen.waiting.map((one) => ({
    ...{ order: one.orderId, item: one.position, account: one.username, input: one.input },
    ...{ amount: formatMicros(one.price, one.currency), currency: one.currency, said: one.said },
  })),
  ...{ looked_at: seen.lookedAt, fits: seen.fitting, known: seen.known },
})

const textOf = (seen: Preview): string =>
  [
    `fits ${seen.fitting} of the last ${seen.lookedAt} answers${seen.known > 0 ? `, of which lists know ${seen.known} already: these stay as they are` : ''}`,
    ...seen.samples.map(({ said }) => `  ${said.slice(0, 120).replace(/\s+/g, ' ')}`),
    `${seen.waiting.length} items wait for it`,
    ...seen.waiting
      .slice(0, SHOWN)
      .map(
        (one) =>
          `  order ${one.orderId}  ${one.input}  ${one.username}  ${formatMicros(one.price, one.currency)} ${one.currency}`,
      ),
  ].join('\n')

const SHOWN = 20

async function forget(text: string): Promise<Answer> {
  const id = idOf<number>(text)
  await withDatabase(({ sql }) => forgetRule(sql, id))
  return { json: { id }, text: 'forgotten: the next item of which such words are said asks again' }
}
