import { Type } from 'typebox'
import { isNeeded } from '../../integrations/kit/fields.ts'
import type { IntegrationKind } from '../../integrations/kit/kind.ts'
import type { Json } from './nouns.ts'
import { orNull } from './shapes.ts'

/** `kindShape` is a kind of supplier, gateway or channel, for a form that asks for its settings and secrets. */
export const kindShape = Type.Object({
  kind: Type.String(),
  label: Type.String(),
  has_url: Type.Optional(Type.Boolean({ description: 'A supplier of this kind is somewhere' })),
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      secret: Type.Boolean({ description: 'It is kept sealed, and is not shown again' }),
      required: Type.Boolean(),
      help: Type.String(),
      schema: Type.Unsafe<object>({ type: 'object', description: 'The JSON Schema of its value' }),
      default: orNull(Type.Unknown()),
    }),
  ),
})

export const wireKind = (kind: IntegrationKind & { hasUrl?: boolean }) => ({
  ...{ kind: kind.kind, label: kind.label },
  ...(kind.hasUrl !== undefined && { has_url: kind.hasUrl }),
  fields: Object.entries(kind.fields).map(([name, field]) => ({
    ...{ name, secret: field.secret, required: isNeeded(field), help: field.help },
    schema: field.shape,
    default: (field.default ?? null) as Json | null,
  })),
})
