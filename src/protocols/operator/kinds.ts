import { Type } from 'typebox'
import type { ChannelKind } from '../../integrations/channels/channel-kind.ts'
import type { GatewayKind } from '../../integrations/gateways/gateway-kind.ts'
import { isNeeded } from '../../integrations/kit/fields.ts'
import type { FieldsForm, IntegrationKind } from '../../integrations/kit/kind.ts'
import type { SupplierKind } from '../../integrations/suppliers/supplier-kind.ts'
import type { Attributes } from '../../lib/attributes.ts'
import { givenIn, type Json } from '../kit/nouns.ts'
import { orNull } from '../kit/shapes.ts'

const shared = {
  kind: Type.String(),
  label: Type.String(),
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      label: Type.String(),
      secret: Type.Boolean({ description: 'It is kept sealed, and is not shown again' }),
      required: Type.Boolean(),
      help: Type.String(),
      schema: Type.Unsafe<object>({ type: 'object', description: 'The JSON Schema of its value' }),
      default: orNull(Type.Unknown()),
    }),
  ),
}

/** These are the kinds of what is configured, for a form that asks for its settings and secrets. */
export const supplierKindShape = Type.Object({
  ...shared,
  has_url: Type.Boolean({ description: 'A supplier of this kind is somewhere' }),
  has_services: Type.Boolean({ description: 'It has many services: a route names one of them' }),
  has_top_ups: Type.Boolean({ description: 'Deposits to our account there are begun by its protocol' }),
  done_by_people: Type.Boolean({ description: 'People answer what it is sent, as manual work' }),
})

export const gatewayKindShape = Type.Object({
  ...shared,
  currencies: orNull(Type.Array(Type.String()), 'Those that it takes; null: all'),
  asks_gateway: Type.Boolean({
    description: 'A payment service says what was paid; else a person, or a transfer that fits',
  }),
})

export const channelKindShape = Type.Object({
  ...shared,
  address: Type.Object(
    { help: Type.String(), pattern: Type.String({ description: 'A regular expression' }) },
    { description: 'What a person is reached by' },
  ),
})

const wireKind = ({ kind, label, fields }: IntegrationKind) => ({
  ...{ kind, label },
  fields: Object.entries(fields).map(([name, field]) => ({
    ...{
      name,
      label: field.label ?? name,
      secret: field.secret,
      required: isNeeded(field),
      help: field.help,
    },
    schema: field.shape,
    default: (field.default ?? null) as Json | null,
  })),
})

export const wireSupplierKind = (kind: SupplierKind) => ({
  ...wireKind(kind),
  ...{ has_url: kind.hasUrl ?? false, has_services: kind.hasServices ?? false },
  ...{ has_top_ups: kind.topUps !== undefined, done_by_people: kind.doneByPeople ?? false },
})

export const wireGatewayKind = (kind: GatewayKind) => ({
  ...wireKind(kind),
  ...{ currencies: kind.currencies ? [...kind.currencies] : null, asks_gateway: kind.connect !== undefined },
})

export const wireChannelKind = (kind: ChannelKind) => ({
  ...wireKind(kind),
  address: { help: kind.address.help, pattern: kind.address.pattern.source },
})

/** `kindFields` are in the body of what makes or changes something of a kind; `list` is the route that lists the kinds. */
export const kindFields = (list: string) => ({
  settings: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: `By name, as \`${list}\` lists them; null: back to the default`,
    }),
  ),
  secrets: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: 'By name; an empty text takes one away' }),
  ),
})

/** `kindForm` gives what a body says of something of a kind. */
export const kindForm = (all: Attributes, body: Json): Json & FieldsForm => ({
  ...givenIn(all, body),
  ...(body['settings'] !== undefined && { settings: body['settings'] as Record<string, unknown> }),
  ...(body['secrets'] !== undefined && { secrets: body['secrets'] as Record<string, string> }),
})
