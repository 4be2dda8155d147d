import type { Attributes, ValuesOf } from '../../lib/attributes.ts'
import type { IntegrationContext, IntegrationKind } from '../kit/kind.ts'
import type { Channel } from './channel.ts'

/** ChannelKind describes one way to send notices, and connects to the service behind it. */
export interface ChannelKind extends IntegrationKind {
  readonly address: AddressForm
  /** `connect` throws invalid_input when the settings contradict each other. It calls nobody. */
  connect(config: ChannelConfig, context: IntegrationContext): Channel
}

/** AddressForm says what a person is reached by. `value` is its name on the command line; `form` is what a wrong one is not. */
interface AddressForm {
  readonly value: string
  readonly help: string
  readonly pattern: RegExp
  readonly form: string
}

interface ChannelConfig {
  /** `settings` are complete with the defaults. */
  settings: Record<string, unknown>
  /** `secrets` are opened; they are never logged. */
  secrets: Record<string, string>
}

/** `channelKind` makes a kind whose `connect` reads settings and secrets of the types that its fields say. */
export function channelKind<const F extends Attributes>(
  definition: Omit<ChannelKind, 'fields' | 'connect'> & {
    fields: F
    connect(
      config: { settings: ValuesOf<F>; secrets: Record<string, string> },
      context: IntegrationContext,
    ): Channel
  },
): ChannelKind {
  return definition as ChannelKind
}
