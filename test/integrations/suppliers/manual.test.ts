import { expect, test } from 'vitest'
import { manual } from '../../../src/integrations/suppliers/manual/index.ts'
import { ask, send, supplierOf, workOf } from './http-server.ts'

test('a person takes whatever is sent and is not done until they say so', async () => {
  const person = supplierOf(manual, { url: null })
  const work = workOf({ attemptKey: '7-1-2' })
  const waiting = { kind: 'accepted', reference: 'manual-7-1-2', askAgainAfterMs: 3_600_000 }
  expect(await send(person, work)).toEqual(waiting)
  expect(await ask(person, { ...work, reference: 'manual-7-1-2' })).toEqual(waiting)
  expect(await ask(person, work)).toEqual(waiting)
})

test('many items in one call have an answer each', async () => {
  const person = supplierOf(manual, { url: null })
  const works = Array.from({ length: person.sendAtOnce }, () => workOf())
  const outcomes = await person.send(works, AbortSignal.timeout(60_000))
  expect(new Set(outcomes.map((outcome) => 'reference' in outcome && outcome.reference)).size).toBe(500)
})
