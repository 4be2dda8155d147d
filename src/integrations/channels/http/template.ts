import type { SentMessage } from '../channel.ts'

/** BodyType is how a body is written, and with it how a value is put into it. */
export type BodyType = 'json' | 'form' | 'text'

/** `bodyTypes` has what each is called in the head of a request, and how a value stands in such a body. */
export const bodyTypes: Record<BodyType, { mediaType: string; write: (value: string) => string }> = {
  json: {
    mediaType: 'application/json',
    // Without the quotes: they stand in the template.
    write: (value) => JSON.stringify(value).slice(1, -1),
  },
  form: { mediaType: 'application/x-www-form-urlencoded', write: (value) => encodeURIComponent(value) },
  text: { mediaType: 'text/plain; charset=utf-8', write: (value) => value },
}

/** DEFAULT_BODY is what is posted as JSON when there is no other template. */
export const DEFAULT_BODY =
  '{"id":"{{id}}","event":"{{event}}","to":"{{to}}","title":"{{title}}","text":"{{text}}"}'

const values = {
  to: ({ to }) => to,
  title: ({ title }) => title,
  text: ({ text }) => text,
  message: ({ title, text }) => `${title}\n\n${text}`,
  event: ({ event }) => event,
  id: ({ id }) => id,
} satisfies Record<string, (message: SentMessage & { to: string }) => string>

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g

const isValue = (name: string): name is keyof typeof values => Object.hasOwn(values, name)

/** `fill` puts a message into the template of a body. */
export const fill = (template: string, type: BodyType, message: SentMessage & { to: string }): string =>
  template.replace(PLACE, (whole, name: string) =>
    isValue(name) ? bodyTypes[type].write(values[name](message).toWellFormed()) : whole,
  )

const SAMPLE = { id: 'id', event: 'event', to: 'to', title: 'a "title"', text: 'one\ntwo' }

/** `templateFault` says why nothing can be told by a template; undefined: it can be used. */
export function templateFault(template: string, type: BodyType): string | undefined {
  const names = [...template.matchAll(PLACE)].map(([, name = '']) => name)
  const unknown = names.find((name) => !isValue(name))
  if (unknown !== undefined)
    return `{{${unknown}}} is nothing that a message has: ${Object.keys(values).join(', ')}`
  if (!names.some((name) => name === 'title' || name === 'message' || name === 'text'))
    return 'must have {{title}}, {{text}} or {{message}}'
  if (type !== 'json') return undefined
  try {
    JSON.parse(fill(template, type, SAMPLE))
    return undefined
  } catch {
    return 'is not JSON once a message stands in it: places such as {{title}} stand between quotes'
  }
}
