import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** SettingsTab is one page below `/settings`. */
export interface SettingsTab {
  /** `path` is the last part of its URL. */
  path: string
  words: MessageDescriptor
  group: MessageDescriptor
  /** `permission` is what one needs to see it. */
  permission: string
  /** `load` loads the file of the page, and `name` is the component there. */
  load: () => Promise<Record<string, unknown>>
  name: string
}

const installation = msg`Installation`

/** `settingsTabs` are the pages of Settings as they are listed: a new one is a line here. Those of a group stand together. */
export const settingsTabs: readonly SettingsTab[] = [
  {
    ...{ path: 'health', words: msg`Health`, group: installation, permission: 'settings.read' },
    ...{ load: () => import('./health.tsx'), name: 'Health' },
  },
]
