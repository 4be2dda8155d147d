import { Refusal } from '../../../errors.ts'
import { boolean, seconds, secret, text, textOrJson } from '../../kit/fields.ts'
import { Reasons } from '../http-kit/reasons.ts'
import { supplierKind } from '../supplier-kind.ts'
import { namesIn, Unfit } from './placeholders.ts'
import { readTemplate } from './read-template.ts'
import { HttpSupplier } from './supplier.ts'
import type { Template } from './template.ts'
import { templates } from './templates/index.ts'

/** CONNECTIONS bounds the requests that wait for an answer at a time; more wait for a connection, and nothing of them is sent. */
const CONNECTIONS = 64

const fields = {
  template: textOrJson({
    label: 'Template',
    required: true,
    flag: true,
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
    flag: true,
    help: 'what {username} is in the template',
  }),
  repeatable: boolean({
    label: 'Repeatable',
    help: 'asking again about the same input is free, or answered from the first purchase; when left out, as the template says. Then a lost answer is asked for again',
  }),
  recheck: seconds({
    label: 'Rechecks',
    default: [],
    help: 'seconds after its end at which an order is asked about once more, for a change of mind',
  }),
  key: secret({ label: 'Key', help: 'what {key} is in the template' }),
  secret: secret({ label: 'Second secret', help: 'what {secret.secret} is in the template' }),
}

/** `http` asks an API about one input at a time, as a template describes. */
export const http = supplierKind({
  kind: 'http',
  label: 'HTTP API by a template',
  hasUrl: true,
  fields,
  connect({ url, settings, secrets: { key = '', secret = '' } }, { outbound, installation }) {
    const { template: named, service, username, repeatable } = settings
    const template = templateOf(named)
    const ofSupplier = { key, 'secret.key': key, 'secret.secret': secret, username }
    const used = namesIn(JSON.stringify({ ...template, description: '' }))
    for (const [name, value] of Object.entries(ofSupplier)) {
      const field = name.replace(/^secret\./, '')
      if (value === '' && used.includes(name)) refuse(field, `is missing: the template has {${name}}`)
    }
    const supplier = new HttpSupplier({
      template,
      url: url ?? '',
      service,
      values: new Map(Object.entries(ofSupplier)),
      repeatable: repeatable ?? template.repeatable ?? false,
      installation,
      client: outbound.open({ connections: CONNECTIONS }),
      reasons: new Reasons([key, secret]),
    })
    try {
      supplier.check()
    } catch (error) {
      if (error instanceof Unfit) refuse('template', error.message)
      throw error
    }
    return supplier
  },
})

function templateOf(named: unknown): Template {
  const json =
    typeof named === 'string' ? (Object.hasOwn(templates, named) ? templates[named] : parsed(named)) : named
  const read = readTemplate(json)
  if ('template' in read) return read.template
  return refuse('template', read.problems.map(({ at, reason }) => `${at} ${reason}`).join('; '))
}

/** `parsed` reads a whole template that came as text. */
function parsed(text: string): unknown {
  if (!text.trimStart().startsWith('{')) {
    refuse('template', `there is no ${text}: there are ${Object.keys(templates).join(', ')}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    return refuse('template', `is not JSON: ${(error as Error).message}`)
  }
}

function refuse(field: string, reason: string): never {
  throw new Refusal('invalid_input', `${field}: ${reason}`, field)
}
