import type { Draw } from './random.ts'
import type { Reply } from './server.ts'

/** `PAGE` is what proxies, firewalls and broken programs send instead of an answer. */
const PAGE = '<!DOCTYPE html><html><body><h1>Sorry</h1>IMEI not found</body></html>'

/** FRONTS are the statuses that a panel's front sends by itself, where it has one. */
export const FRONTS = [403, 404, 415, 503]

/** `turnedAway` are answers that took nothing: for asking too often, or by a front that is known to the other side. */
export function turnedAway(draw: Draw, fronts: readonly number[]): Reply {
  if (fronts.length === 0 || draw.chance(0.3)) {
    const retry = draw.one(['1', '7', '37', new Date(0).toUTCString(), ''])
    const headers: Record<string, string> = retry === '' ? {} : { 'retry-after': retry }
    return { what: '429', status: 429, headers, body: '{"message":"Too Many Attempts."}' }
  }
  return { what: 'a front', status: draw.one(fronts), body: PAGE }
}

/**
 * `mishap` loses an answer in one of many ways, so that nobody can tell whether anything was bought. `refusal` is a refusal in the words of
 * the panel's own, which a status of 500 takes the proof from.
 */
export function mishap(draw: Draw, answer: string, refusal: string, fronts: readonly number[]): Reply {
  const what = draw.weighted({
    'a page with 5xx': 3,
    'a refusal with 5xx': 3,
    'a page with 4xx': fronts.length > 0 ? 0 : 2,
    'a page with 200': 2,
    'no body': 2,
    'half of the text': 2,
    'half of the bytes': 2,
    'no answer': 4,
    'a text': 1,
    'another object': 1,
    'two answers in one': 1,
    'success with 400': 1,
    silence: 0.3,
  })
  switch (what) {
    case 'a page with 5xx':
      return {
        what,
        status: draw.one(fronts.length > 0 ? [500, 502, 504, 520] : [500, 502, 503, 504, 520]),
        body: PAGE,
      }
    case 'a refusal with 5xx':
      return { what, status: draw.one([500, 503]), body: refusal, headers: { 'retry-after': '1' } }
    case 'a page with 4xx':
      return { what, status: draw.one([403, 404, 415]), body: PAGE }
    case 'a page with 200':
      return { what, body: PAGE }
    case 'no body':
      return { what, body: draw.one(['', ' ', '\n']) }
    case 'half of the text':
      return { what, body: answer.slice(0, answer.length >> 1) }
    case 'half of the bytes':
      return { what, body: answer, manner: 'half' }
    case 'no answer':
      return { what, body: '', manner: 'lost' }
    case 'a text':
      return { what, body: draw.one(['OK', 'null', '[]', '42', '"done"']) }
    case 'another object':
      return { what, body: draw.one(['{}', '{"apiversion":"6.1"}', '{"hello":"world"}']) }
    case 'two answers in one':
      return { what, body: `${answer}\n${refusal}` }
    case 'success with 400':
      return { what, status: 418, body: answer }
    case 'silence':
      return { what, body: '', manner: 'hang' }
  }
}
