import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useLingui } from '@lingui/react'
import type { ReactNode } from 'react'
import styles from './state-badge.module.css'

/** Tone is how a state looks: each has its own colour and icon, and words beside, never colour alone. */
export type Tone =
  | 'waiting'
  | 'working'
  | 'unknown'
  | 'done'
  | 'partial'
  | 'failed'
  | 'needs'
  | 'late'
  | 'off'

const stroke = {
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.75,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const

const icons: Record<Tone, ReactNode> = {
  waiting: <circle cx="7" cy="7" r="4.5" {...stroke} />,
  working: (
    <>
      <circle cx="7" cy="7" r="4.5" {...stroke} />
      <path d="M7 2.5a4.5 4.5 0 0 1 4.5 4.5H7z" fill="currentColor" />
    </>
  ),
  unknown: (
    <>
      <path d="M7 .9 13.1 7 7 13.1.9 7z" {...stroke} strokeWidth={1.4} />
      <path d="M5.7 5.6a1.4 1.4 0 1 1 1.9 1.3c-.4.2-.6.5-.6.9" {...stroke} strokeWidth={1.3} />
      <circle cx="7" cy="9.6" r=".8" fill="currentColor" />
    </>
  ),
  done: <path d="m2.5 7.5 3 3 6-7" {...stroke} />,
  partial: (
    <>
      <circle cx="7" cy="7" r="4.5" {...stroke} />
      <path d="M7 2.5v9A4.5 4.5 0 0 1 7 2.5z" fill="currentColor" />
    </>
  ),
  failed: <path d="m3 3 8 8m0-8-8 8" {...stroke} />,
  needs: (
    <>
      <path d="M7 2v6" {...stroke} strokeWidth={2} />
      <circle cx="7" cy="11.4" r="1.2" fill="currentColor" />
    </>
  ),
  late: (
    <>
      <circle cx="7" cy="7" r="4.5" {...stroke} />
      <path d="M7 4.6V7l1.7 1.2" {...stroke} strokeWidth={1.5} />
    </>
  ),
  off: <path d="M3 7h8" {...stroke} />,
}

/** `colours` are those of tones that have none of their own. */
const colours: Partial<Record<Tone, Tone>> = { partial: 'done', late: 'needs' }

/** `Badge` shows a tone with words of the caller's. `title` are the words where a list shows its icon alone. */
export function Badge({ tone, title, children }: { tone: Tone; title?: string; children: ReactNode }) {
  const colour = colours[tone] ?? tone
  return (
    <span
      className={styles.badge}
      style={{ color: `var(--${colour})`, background: `var(--${colour}-tint)` }}
      title={title}
    >
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        {icons[tone]}
      </svg>
      {children}
    </span>
  )
}

/** `LateBadge` marks an order that takes longer than it should. */
export function LateBadge() {
  const { _ } = useLingui()
  const words = _(msg`Late`)
  return (
    <Badge tone="late" title={words}>
      {words}
    </Badge>
  )
}

/** `SandboxTag` marks what a sandbox has done, so that nobody takes it for real. */
export function SandboxTag() {
  const { _ } = useLingui()
  return <span className={styles.sandbox}>{_(msg`Sandbox`)}</span>
}

const states: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  pending: { tone: 'waiting', words: msg`Waiting` },
  processing: { tone: 'working', words: msg`Working` },
  unknown: { tone: 'unknown', words: msg`Outcome unknown` },
  success: { tone: 'done', words: msg`Done` },
  partial: { tone: 'partial', words: msg`Partly done` },
  failed: { tone: 'failed', words: msg`Failed` },
  cancelled: { tone: 'off', words: msg`Cancelled` },
}

/** `StateBadge` shows the state of an order or an item. */
export function StateBadge({ state }: { state: string }) {
  const { _ } = useLingui()
  const known = states[state]
  return <Badge tone={known?.tone ?? 'waiting'}>{known ? _(known.words) : state}</Badge>
}

/** `stateWords` are what the states are called, for filters. */
export const stateWords: Readonly<Record<string, MessageDescriptor>> = Object.fromEntries(
  Object.entries(states).map(([state, { words }]) => [state, words]),
)
