import type { RowOf } from '../database/column-types.ts'
import type { NoticeChannels } from '../database/types.ts'
import { channelKinds } from '../integrations/channels/index.ts'
import { kindOf } from '../integrations/kit/fields.ts'
import { line, shapeOrNone, shapes, shown, shownId, shownTime } from '../lib/attribute-types.ts'
import type { AttributesOf, ValuesOf } from '../lib/attributes.ts'
import type { NoticeChannelId } from '../lib/ids.ts'

/** `channelAttributes` defines every value of a notice channel once: its options, `--json` and text. Settings and secrets are those of its kind. */
export const channelAttributes = {
  id: shownId<NoticeChannelId>(),
  name: line({
    label: 'name',
    flag: '--name <text>',
    help: 'what you call it; its kind when left out',
    onlyIn: 'create',
    required: true,
    max: 100,
  }),
  kind: kindOf(channelKinds, 'how it is sent'),
  /** `settings` are complete with the kind's defaults. */
  settings: shown<Record<string, unknown>>({}, { shape: shapes.object }),
  /** `secrets` says which of the kind's secrets are set; null: they were sealed with another key than ours. */
  secrets: shown<Record<string, boolean> | null>({}, { shape: shapeOrNone(shapes.object) }),
  createdAt: shownTime(),
  updatedAt: shownTime(),
} satisfies AttributesOf<
  Omit<RowOf<NoticeChannels>, 'settings' | 'secrets'>,
  Record<never, never>,
  'settings' | 'secrets'
>

/** ChannelView is a channel as operators see it. */
export interface ChannelView extends ValuesOf<typeof channelAttributes> {}
