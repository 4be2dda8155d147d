import type { Template } from '../template.ts'
import { instantGet } from './instant-get.ts'
import { instantGetText } from './instant-get-text.ts'
import { instantPost } from './instant-post.ts'
import { orderPoll } from './order-poll.ts'

/** `templates` are those that imeigate ships, by name: each for a style of API, not for one company's. */
export const templates: Readonly<Record<string, Template>> = Object.fromEntries(
  [instantGet, instantGetText, instantPost, orderPoll].map((template) => [template.name, template]),
)
