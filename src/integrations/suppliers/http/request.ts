import type { OutboundRequest } from '../../../outbound/outbound.ts'
import { fill, Unfit, type Values } from './placeholders.ts'
import type { TemplateRequest } from './template.ts'

const DEFAULT_TIMEOUT_SECONDS = 25

/**
 * `requestOf` makes the request that a template describes. Throws Unfit when a value cannot be sent where the template wants it, and when
 * the URL is not of the supplier's own origin, because a template must not send secrets elsewhere.
 */
export function requestOf(
  { method, url, headers = {}, query = {}, body, timeout_seconds: seconds }: TemplateRequest,
  base: string,
  values: Values,
): OutboundRequest {
  const { content, type } = bodyOf(body, values)
  return {
    method,
    url: urlOf(url, query, base, values),
    headers: {
      ...(type !== undefined && { 'content-type': type }),
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), fill(value, values, 'header')]),
      ),
    },
    ...(content !== undefined && { body: content }),
    totalTimeoutMs: (seconds ?? DEFAULT_TIMEOUT_SECONDS) * 1000,
  }
}

function urlOf(text: string, query: Record<string, string>, base: string, values: Values): string {
  const home = new URL(base)
  const isBelow = text.startsWith('{url}')
  const rest = fill(text.replace('{url}', ''), values, 'path')
  const path = rest.startsWith('/') ? home.pathname.replace(/\/+$/, '') : home.pathname
  const url = isBelow ? URL.parse(`${home.origin}${path}${rest}`) : URL.parse(rest, home.href)
  if (url?.origin !== home.origin) throw new Unfit("the template's URL is not of the supplier's own address")
  if (url.username !== '' || url.password !== '') throw new Unfit("the template's URL has a user name")
  const own = isBelow ? [...home.searchParams] : []
  for (const [name, value] of own) url.searchParams.append(name, value)
  for (const [name, value] of Object.entries(query))
    url.searchParams.append(name, fill(value, values, 'plain'))
  url.hash = ''
  return url.href
}

function bodyOf(body: TemplateRequest['body'], values: Values): { content?: string; type?: string } {
  if (!body) return {}
  if (body.text) {
    const { content, type, escape: spelling } = body.text
    return { content: fill(content, values, spelling), type }
  }
  if (body.form) {
    const pairs = Object.entries(body.form).map(([name, value]) => [name, fill(value, values, 'plain')])
    return { content: new URLSearchParams(pairs as [string, string][]).toString(), type: FORM }
  }
  return { content: JSON.stringify(filledJson(body.json, values)), type: 'application/json' }
}

const FORM = 'application/x-www-form-urlencoded'

/** `filledJson` fills texts, and not names. A text that is `{quantity}` alone becomes a number. */
function filledJson(value: unknown, values: Values): unknown {
  if (value === '{quantity}') return Number(values.get('quantity'))
  if (typeof value === 'string') return fill(value, values, 'plain')
  if (Array.isArray(value)) return value.map((one) => filledJson(one, values))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filledJson(one, values)]))
}
