import { imei } from '../../support/server.ts'
import type { Draw } from './random.ts'
import { type Purchase, tokenOf } from './truth.ts'

/**
 * `resultOf` gives a result as panels have them: a text, HTML, an object, a list, a number, JSON in a text, with a NUL, in base64. It is
 * the same each time, until it changes.
 */
export function resultOf(purchase: Purchase, isBase64: boolean): unknown {
  const token = tokenOf(purchase)
  const version = 'again '.repeat(purchase.version)
  if (isBase64) return Buffer.from(`Model: ${version}iPhone\nCode: ${token}`).toString('base64')
  const shapes: unknown[] = [
    token,
    Number(token),
    `Model: iPhone<br>Code: <b>${token}</b><script>x()</script>`,
    { Model: 'iPhone', Lock: 'On', Code: token },
    ['iPhone', { Code: token }],
    JSON.stringify({ Model: 'iPhone', Code: token }),
    `\u0000Code: ${token}\u0000`,
    `IMEI: ${purchase.input}\nCode: ${token}`,
    {
      IMEI: purchase.input,
      IMEI2: imei(Number(token) % 999_983, '35999999'),
      Serial: 'C02ZX1Y2',
      Code: token,
    },
  ]
  return shapes[(purchase.no + purchase.version) % shapes.length]
}

/** `echoOf` are the names under which panels say whom an answer is about, and sometimes nothing. */
export const echoOf = (draw: Draw, input: string): Record<string, string> =>
  draw.one<Record<string, string>>([
    {},
    {},
    { IMEI: input },
    { imei: input.slice(0, 14) },
    { IMEI: `${input.slice(0, 2)}-${input.slice(2, 8)}-${input.slice(8)}` },
  ])

/** `aboutAnother` always says whom it is about. */
export const aboutAnother = (draw: Draw, input: string): Record<string, string> => ({
  [draw.one(['IMEI', 'imei', 'ImeiNo', 'imei_number'])]: input,
})
