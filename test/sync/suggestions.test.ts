import fc from 'fast-check'
import { expect, inject, test } from 'vitest'
import type { ServiceId } from '../../src/lib/ids.ts'
import type { OurCandidate, TheirCandidate } from '../../src/sync/attach-matches.ts'
import { Suggester } from '../../src/sync/suggestions.ts'

const ours = (names: readonly string[]): OurCandidate[] =>
  names.map((name, at) => ({
    ...{ id: at as ServiceId, code: `s${at}`, name, kind: 'imei' as const },
    ...{ fields: [], routes: [] },
  }))
const theirs = (name: string, more: Partial<TheirCandidate> = {}): TheirCandidate => ({
  ...{ remoteId: '1', name, kind: 'imei', cost: 1n, fields: [] },
  ...more,
})
const suggested = async (names: readonly string[], name: string) => {
  const found = (await Suggester.of(ours(names))).suggest(theirs(name))
  return found && [found.ours.name, found.percent]
}

test.each([
  ['the same name, written otherwise', 'FMI check – iPhone', ['FMI Check iPhone', 100]],
  ['the same words in another order', 'iPhone FMI check', ['FMI Check iPhone', 99]],
  ['most words', 'FMI Check iPhone Premium', ['FMI Check iPhone', 85]],
  ['too few words', 'Blacklist check Samsung', undefined],
  ['another product by its number', 'Unlock iPhone 14 Claro', undefined],
  ['the same product by its number', 'Unlock iPhone 13 Claro Fast', ['Unlock iPhone 13 Claro', 88]],
  ['nothing but signs', '***', undefined],
])('a service of theirs with %s', async (_, name, expected) => {
  const all = ['FMI Check iPhone', 'Unlock iPhone 13 Claro', 'Carrier check']
  expect(await suggested(all, name)).toEqual(expected)
})

test('what orders cannot go to, or go to already, is not suggested', async () => {
  const [one] = ours(['FMI Check'])
  const of = async (own: Partial<OurCandidate>, more: Partial<TheirCandidate> = {}) =>
    (await Suggester.of([{ ...(one as OurCandidate), ...own }])).suggest(theirs('FMI check', more))
  expect(await of({})).toMatchObject({ percent: 100 })
  expect(await of({ routes: ['1'] })).toBeUndefined()
  expect(await of({ kind: 'server' })).toBeUndefined()
})

test('what is suggested is as near as the nearest of all: none is passed over because of how it is looked for', async () => {
  const word = fc.constantFrom(
    'unlock',
    'check',
    'fmi',
    'clean',
    'claro',
    'telcel',
    'iphone',
    '13',
    '14',
    'plus+',
    'the',
  )
  const name = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '))
  await fc.assert(
    fc.asyncProperty(fc.array(name, { maxLength: 12 }), name, async (names, asked) => {
      const together = await suggested(names, asked)
      let most = 0
      for (const one of names) most = Math.max(most, Number((await suggested([one], asked))?.[1] ?? 0))
      expect(together?.[1] ?? 0).toBe(most)
    }),
    { numRuns: 1000, seed: inject('seed') },
  )
})
