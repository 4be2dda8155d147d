import { forTerminal } from '../lib/text.ts'
import type { Exchanged } from '../outbound/recorded.ts'
import type { SupplierTry } from '../suppliers/supplier-try.ts'
import { type Answer, keyValues } from './output.ts'

/** `tryAnswer` shows what a supplier was sent, what it answered, and how that was read. */
export function tryAnswer(tried: SupplierTry): Answer {
  const { id, supplier, remoteService, input, exchanges, outcome, meaning } = tried
  const isOpen = outcome.kind === 'accepted' || (outcome.kind === 'unknown' && outcome.askable)
  const head = keyValues([
    ['test', id],
    ['supplier', supplier],
    ['remote service', remoteService],
    ['input', input],
    ['read as', outcome.kind],
    ['meaning', meaning],
  ])
  const shown = exchanges.length === 0 ? ['nothing was sent'] : exchanges.map(textOf)
  return {
    json: {
      ...{
        id,
        supplier,
        remote_service: remoteService,
        input,
        fields: tried.fields,
        quantity: tried.quantity,
      },
      exchanges,
      outcome: outcome.kind,
      meaning,
      reference: 'reference' in outcome ? outcome.reference : null,
    },
    text: [head, ...shown].join('\n\n'),
    ...(isOpen && {
      note: `what has become of it: imeigate supplier test ${JSON.stringify(supplier)} --ask ${id}`,
    }),
    bad: outcome.kind === 'unknown' || outcome.kind === 'unavailable',
  }
}

function textOf({ method, url, headers, body, answer, error, milliseconds }: Exchanged): string {
  const lines = (all: Record<string, string>): string[] =>
    Object.entries(all).map(([name, value]) => `  ${name}: ${value}`)
  return [
    `> ${method} ${url}`,
    ...lines(headers),
    ...(body === '' ? [] : ['', indented(body)]),
    ...(answer === null
      ? []
      : [
          `< ${answer.status} in ${milliseconds} ms`,
          ...lines(answer.headers),
          ...(answer.body === '' ? [] : ['', indented(answer.body)]),
        ]),
    ...(error === null ? [] : [`! ${error}`]),
  ]
    .map(forTerminal)
    .join('\n')
}

const indented = (text: string): string => text.replace(/\r\n?/g, '\n').replace(/^/gm, '  ')
