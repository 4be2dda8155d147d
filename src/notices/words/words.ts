import type { Message } from '../../integrations/channels/channel.ts'
import type { AccountNews, NewsName } from '../events.ts'

/** Words is what an account reads in one language. Amounts, times and names come written. */
export type Words = { [Name in NewsName]: (news: AccountNews[Name]) => Message } & {
  'balance.low': (of: { name: string; available: string; mark: string }) => Message
  'webhook.paused': (of: { host: string; since: string }) => Message
  /** `over` is added to a message that could be sent only after its cause was gone. */
  over: (since: string) => string
}

/** `lines` joins the lines that there are. */
export const lines = (...texts: (string | false | null | undefined)[]): string =>
  texts.filter((text) => typeof text === 'string' && text !== '').join('\n')
