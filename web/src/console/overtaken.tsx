import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ComponentProps, Fragment, type ReactNode, useState } from 'react'
import { api, dataOf } from '../api/client.ts'
import type { paths } from '../api/made/operator.ts'
import { ActDialog } from '../kit/act-dialog.tsx'
import { CardTable } from '../kit/card-table.tsx'
import { fieldText, isOvertaken } from '../kit/faults.ts'
import { useMay } from '../kit/session.tsx'
import { When } from '../kit/when.tsx'
import styles from './overtaken.module.css'
import { useValueNames } from './value-names.ts'

type Noun = NonNullable<NonNullable<paths['/api/operator/audit']['get']['parameters']['query']>['what']>

interface Versioned {
  version: string
}

/** Change is what somebody makes of a thing: values by their names in the API. */
type Change = Readonly<Record<string, unknown>>

interface OvertakenProps {
  /** `base` is the thing as it was when its change was begun, `now` as somebody else has made it. */
  base: object
  now: object
  draft: Change
  /** `what` and `subject` name it in the trail; without a subject there is one of it. */
  what: Noun
  subject?: string | undefined
  /** `hidden` are values that follow from others, or are counted. */
  hidden?: readonly string[]
  isSaving: boolean
  onMine: () => void
  /** `onTheirs` is told which values of the draft are given up. */
  onTheirs: (conflicting: readonly string[]) => void
}

/** SECRETS are never shown. */
const SECRETS = 'secrets'

/** `Overtaken` shows both values where somebody else has saved meanwhile, and who it was. Nothing is overwritten before one of them is chosen. */
export function Overtaken(props: OvertakenProps) {
  const { base, now, draft, what, subject, hidden = [], isSaving, onMine, onTheirs } = props
  const { t } = useLingui()
  const named = useValueNames()
  const valueIn = (one: object, name: string): unknown => (one as Change)[name]
  const isOther = (name: string): boolean => textOf(valueIn(base, name)) !== textOf(valueIn(now, name))
  const both = Object.keys(draft).filter((name) => name in now && name !== SECRETS && isOther(name))
  const others = Object.keys(now).filter(
    (name) =>
      name !== 'version' && name !== SECRETS && !(name in draft) && !hidden.includes(name) && isOther(name),
  )
  const kept = others.map((name) => fieldText(name) ?? named(name)).join(', ')
  return (
    <div role="alert" className={styles.overtaken}>
      <p>
        <strong>
          <Trans>Somebody else was faster, and nothing of yours is saved yet.</Trans>
        </strong>{' '}
        <Who what={what} subject={subject} />
      </p>
      {both.length > 0 && (
        <CardTable label={t`Both values`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Value`}</Table.Th>
              <Table.Th>{t`There now`}</Table.Th>
              <Table.Th>{t`Yours`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {both.map((name) => (
              <Table.Tr key={name}>
                <Table.Td>{fieldText(name) ?? named(name)}</Table.Td>
                <Table.Td>{textOf(valueIn(now, name))}</Table.Td>
                <Table.Td>{textOf(draft[name])}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {others.length > 0 && (
        <p className="muted">
          <Trans>Changed there as well, and kept: {kept}</Trans>
        </p>
      )}
      <div className={styles.buttons}>
        {both.length > 0 && (
          <Button variant="default" onClick={() => onTheirs(both)}>
            <Trans>Take theirs</Trans>
          </Button>
        )}
        <Button onClick={onMine} loading={isSaving}>
          {both.length > 0 ? <Trans>Save mine over it</Trans> : <Trans>Save mine beside it</Trans>}
        </Button>
      </div>
    </div>
  )
}

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? '–'
    : typeof value === 'string'
      ? value || '–'
      : JSON.stringify(value)

function Who({ what, subject }: { what: Noun; subject: string | undefined }) {
  const may = useMay()
  const last = useQuery({
    queryKey: ['audit', 'last', what, subject],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/audit', {
          params: { query: { what, ...(subject !== undefined && { subject }), limit: 1 } },
          signal,
        }),
      ),
    enabled: may('audit.read'),
    staleTime: 0,
  })
  const [change] = last.data?.page.items ?? []
  if (!change) return null
  return (
    <span className="muted">
      <Trans>
        Changed by {change.actor_name ?? change.actor} <When at={change.at} exact />.
      </Trans>
    </span>
  )
}

/** Race is one change of a thing that others may change meanwhile. */
interface Race<T> {
  base: T
  /** `now` is the thing as somebody else has made it; undefined: nobody has, as far as we know. */
  now: T | undefined
  /** `send` sends the change for the version that was seen, and reads the thing again where somebody else was faster. */
  send: <A>(put: (version: string) => Promise<A>) => Promise<A>
  /** `settle` takes the thing as it is now for what the change is made of. */
  settle: () => void
}

/** `useRace` keeps a thing as it was when its change was begun. While `isTouched` is false, there is no change, and it follows `present`. */
export function useRace<T extends Versioned>(
  present: T,
  read: () => Promise<T>,
  isTouched: boolean,
): Race<T> {
  const [begun, setBegun] = useState<T>()
  const [now, setNow] = useState<T>()
  if (isTouched && begun === undefined) setBegun(present)
  if (!isTouched && begun !== undefined) {
    setBegun(undefined)
    setNow(undefined)
  }
  const base = begun ?? present
  return {
    base,
    now,
    send: async (put) => {
      try {
        return await put((now ?? base).version)
      } catch (fault) {
        if (isOvertaken(fault)) setNow(await read())
        throw fault
      }
    },
    settle: () => {
      if (now) setBegun(now)
      setNow(undefined)
    },
  }
}

/** Round is one showing of a form: what it begins with, and which values of somebody's own are written into it already. */
export interface Round<T> {
  present: T
  kept: Change
  /** `next` begins the form anew with the thing as it is now, and with what is kept of a change. */
  next: (kept: Change, now: T) => void
}

/** `Rounds` shows a form, and shows it anew where somebody takes the values of another one and keeps those beside them. */
export function Rounds<T>({ present, children }: { present: T; children: (round: Round<T>) => ReactNode }) {
  const [{ number, ...begun }, setBegun] = useState({ number: 1, present, kept: {} as Change })
  const next = (kept: Change, now: T) => setBegun({ number: number + 1, present: now, kept })
  return <Fragment key={number}>{children({ ...begun, next })}</Fragment>
}

/** `takeTheirs` goes on with what is left of a change beside the values of the other one; where nothing is, it ends. */
export function takeTheirs<T>(
  draft: Change,
  conflicting: readonly string[],
  { next, now, end }: { next: Round<T>['next']; now: T; end: () => void },
): void {
  const kept = Object.fromEntries(Object.entries(draft).filter(([name]) => !conflicting.includes(name)))
  if (Object.keys(kept).length === 0) end()
  else next(kept, now)
}

type DialogProps = Omit<ComponentProps<typeof ActDialog>, 'act' | 'overtaken'>

/**
 * `ChangeDialog` is an ActDialog that changes a thing in place. `draft` has the values that differ from those which the `round` began with, by their names in the
 * API; `put` sends it for a version. Where somebody else was faster it is read again by `read`, and both values are shown.
 */
export function ChangeDialog<T extends Versioned>({
  round,
  read,
  draft,
  put,
  what,
  subject,
  hidden = [],
  ...dialog
}: DialogProps & {
  round: Round<T>
  read: () => Promise<T>
  draft: Change
  put: (version: string, key: string) => Promise<unknown>
  what: Noun
  subject?: string
  hidden?: readonly string[]
}) {
  const race = useRace(round.present, read, true)
  const end = () => {
    dialog.onDone?.()
    dialog.onClose()
  }
  return (
    <ActDialog
      {...dialog}
      act={({ key }) => race.send((version) => put(version, key))}
      overtaken={({ again, isBusy }) => {
        const { now } = race
        if (!now) return null
        return (
          <Overtaken
            {...{ base: race.base, now, draft, what, subject, hidden }}
            isSaving={isBusy}
            onMine={again}
            onTheirs={(conflicting) => takeTheirs(draft, conflicting, { next: round.next, now, end })}
          />
        )
      }}
    />
  )
}
