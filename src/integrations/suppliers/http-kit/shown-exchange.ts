import type { Exchanged } from '../../../outbound/recorded.ts'
import type { Reasons } from './reasons.ts'

/** `withoutSecrets` is an exchange as people read it. */
export function withoutSecrets(
  { url, headers, body, answer, ...rest }: Exchanged,
  reasons: Reasons,
): Exchanged {
  const shown = (given: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        PRIVATE.test(name) ? '***' : reasons.hidden(value),
      ]),
    )
  return {
    ...rest,
    url: reasons.hidden(url),
    headers: shown(headers),
    body: reasons.hidden(body),
    answer: answer && {
      status: answer.status,
      headers: shown(answer.headers),
      body: reasons.hidden(answer.body),
    },
  }
}

/** PRIVATE are headers whose value is a secret, whatever stands in it. */
const PRIVATE = /^(?:authorization|proxy-authorization|cookie|set-cookie|x-api-key)$/i
