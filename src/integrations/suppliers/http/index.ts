import { flag } from '../../../lib/attribute-types.ts'
import { fault, invalid, ok, orThrow, type Result, refusalFor, resultOf } from '../../../lib/fault.ts'
import { optional, secret, text, textOrJson } from '../../kit/fields.ts'
import { Refusals } from '../book/refusals.ts'
import { answerFields } from '../http-kit/answer-fields.ts'
import { Reasons } from '../http-kit/reasons.ts'
import { wayOutFields, wayOutOf } from '../http-kit/way-out.ts'
import { supplierKind } from '../supplier-kind.ts'
import { namesIn, Unfit } from './placeholders.ts'
import { readTemplate } from './read-template.ts'
import { HttpSupplier } from './supplier.ts'
import type { Template } from './template.ts'
import { templates } from './templates.ts'

/** CONNECTIONS bounds the requests that wait for an answer at a time; more wait for a connection, and nothing of them is sent. */
const CONNECTIONS = 64

const fields = {
  template: textOrJson({
    label: 'Template',
    flag: '--template <name or file.json>',
    help: `how it is asked and how its answers read: one of ${Object.keys(templates).join(', ')}, or a whole template`,
  }),
  service: text({
    label: 'Service',
    default: '',
    help: 'what {service} is where a route names no remote service',
  }),
  username: text({
    label: 'User name',
    default: '',
    flag: '--username <text>',
    help: 'what {username} is in the template',
  }),
  repeatable: optional(
    flag({
      label: 'Repeatable',
      help: 'asking again about the same input is free, or answered from the first purchase; when left out, as the template says. Then a lost answer is asked for again',
    }),
  ),
  ...answerFields({ recheck: [] }),
  ...wayOutFields,
  key: optional(secret({ label: 'Key', flag: '--key <secret or ->', help: 'what {key} is in the template' })),
  secret: optional(
    secret({
      label: 'Second secret',
      flag: '--secret <secret or ->',
      help: 'what {secret.secret} is in the template',
    }),
  ),
}

/** `http` asks an API about one input at a time, as a template describes. */
export const http = supplierKind({
  kind: 'http',
  label: 'HTTP API by a template',
  hasUrl: true,
  fields,
  connect({ url, settings, currency, secrets }, { outbound, clock, installation }) {
    const { key = '', secret = '' } = secrets
    const { template: named, service, username, repeatable, front_statuses: fronts } = settings
    const reasons = new Reasons([key, secret])
    const template = orThrow(templateOf(named))
    const ofSupplier = { key, 'secret.key': key, 'secret.secret': secret, username }
    const used = namesIn(JSON.stringify({ ...template, description: '' }))
    const missing = Object.entries(ofSupplier).filter(([name, value]) => value === '' && used.includes(name))
    const faults = missing.map(([name]) =>
      fault(name.replace(/^secret\./, ''), `is missing: the template has {${name}}`),
    )
    orThrow(resultOf(template, faults))
    const supplier = new HttpSupplier({
      template,
      url: url ?? '',
      currency,
      service,
      values: new Map(Object.entries(ofSupplier)),
      repeatable: repeatable ?? template.repeatable ?? false,
      installation,
      fronts,
      clock,
      base64Results: settings.base64_results,
      statusWords: settings.status_words,
      client: outbound.open({ connections: CONNECTIONS, ...wayOutOf(settings, secrets) }),
      reasons,
      refusals: new Refusals({ reasons, ...settings }),
    })
    try {
      supplier.check()
    } catch (error) {
      throw error instanceof Unfit ? refusalFor(invalid('template', error.message)) : error
    }
    return supplier
  },
})

/** `templateOf` reads a template that is named, or given as an object or as its text. */
function templateOf(given: string | Record<string, unknown>): Result<Template> {
  const json = typeof given === 'string' ? templateNamed(given) : ok(given)
  if (!json.ok) return json
  const read = readTemplate(json.value)
  if (read.ok) return read
  return resultOf(
    {} as Template,
    read.faults.map(({ path, message }) => ({ path: ['template', ...path], message })),
  )
}

function templateNamed(text: string): Result<unknown> {
  if (Object.hasOwn(templates, text)) return ok(templates[text])
  if (!text.trimStart().startsWith('{')) {
    return invalid('template', `there is no ${text}: there are ${Object.keys(templates).join(', ')}`)
  }
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    return invalid('template', `is not JSON: ${(error as Error).message}`)
  }
}
