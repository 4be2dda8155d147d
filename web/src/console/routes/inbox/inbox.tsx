import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Menu } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { money } from '../../../kit/amount.tsx'
import { duration } from '../../../kit/duration.ts'
import { type Filter, FilterBar, type Values } from '../../../kit/filters.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { useMay, useSession } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { ActionBar } from '../../../kit/table.tsx'
import { ago, When } from '../../../kit/when.tsx'
import { DepositPane } from '../../deposit-pane.tsx'
import { depositStateWords } from '../../deposit-state.tsx'
import { detailWords } from '../../details.ts'
import { HeldList } from '../../held-list.tsx'
import { inboxCountsQuery } from '../../inbox-counts.ts'
import { decisionWords, kinds, kindWords } from '../../inbox-words.ts'
import { ListViews } from '../../list-views.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { AnswerPane } from './answer-pane.tsx'
import { ApplicationPane } from './application-pane.tsx'
import styles from './inbox.module.css'
import { ManualPane } from './manual-pane.tsx'
import { ReviewPane } from './review-pane.tsx'
import { Together } from './together.tsx'

const TOPICS = ['reviews', 'deposits', 'orders', 'suppliers', 'applications']
const HOUR = 3_600_000

const listOf = async (query: Values, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...(query as object), limit: 100, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/inbox', { params, signal }))).page
}

export type Entry = Awaited<ReturnType<typeof listOf>>['items'][number]

/**
 * `Inbox` is one queue of what only a person can decide: what waits on the left, its evidence and its decisions on the right. The filter stands in the
 * URL, and stays while one thing after the other is decided.
 */
export function Inbox() {
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Values
  const { open, ...filter } = search
  const { kind, state } = filter
  const filters = useFilters(filter['older_than'])
  const isNarrowed = filters.some(({ name }) => filter[name] !== undefined)
  const [isDeciding, setDeciding] = useState(false)
  const list = usePages(['inbox', filter], (cursor, signal) => listOf(filter, cursor, signal))
  const found = list.isOld ? undefined : list.rows
  const counts = useQuery(inboxCountsQuery)
  useRefreshOn(TOPICS, ['inbox'])
  const entries = found ?? []
  const mine = useRef(new Set<string>())
  /** `together` are the reviews that are decided together: when that is done they may have left the list already. */
  const together = useRef<readonly number[]>([])
  const gone = useGone(found, JSON.stringify(filter), mine.current)
  const shown = useShown(found, open, JSON.stringify(filter), mine.current)
  const hasLeft =
    shown !== undefined && found !== undefined && !entries.some(({ thing }) => thing === shown.thing)
  const go = (changes: Record<string, string | undefined>) =>
    void navigate({
      to: '/inbox',
      search: Object.fromEntries(
        Object.entries({ ...search, ...changes }).filter(([, value]) => value !== undefined),
      ) as Values,
      replace: true,
    })
  // The one that is open says itself what became of it.
  const others = gone.filter(({ thing }) => thing !== shown?.thing)
  const choosing = useChoosing(entries)
  const step = (by: number) => {
    const at = entries.findIndex(({ thing }) => thing === shown?.thing)
    const next = entries[Math.min(Math.max(at + by, 0), entries.length - 1)]
    if (next) go({ open: next.thing })
  }
  /** `next` opens what waited behind the one that was decided. */
  const next = () => {
    if (shown) mine.current.add(shown.thing)
    const at = entries.findIndex(({ thing }) => thing === shown?.thing)
    go({ open: entries[at + 1]?.thing ?? entries[at - 1]?.thing })
    list.again()
    void counts.refetch()
  }
  /** `stay` keeps the one open of which a part was done: it may stand in another place of the list now. */
  const stay = () => {
    go({ open: shown?.thing })
    list.again()
    void counts.refetch()
  }
  useKeys({
    j: [t`Next`, () => step(1)],
    k: [t`Previous`, () => step(-1)],
    ...(choosing.isOffered && {
      x: [t`Choose it, to decide several together`, () => shown && choosing.toggle(shown)],
    }),
  })
  // The counts are of all that waits: beside a filter they would say too much.
  const number = (count: number | undefined) => !isNarrowed && <b>{count}</b>
  return (
    <Page title={t`Inbox`}>
      <div className={`${styles.narrowing} ${open === undefined ? '' : styles.hides}`}>
        <div className={styles.views}>
          <fieldset className={styles.kinds} aria-label={t`Kinds`}>
            <button
              type="button"
              className={styles.kind}
              aria-pressed={kind === undefined && state !== 'later'}
              onClick={() => go({ kind: undefined, open: undefined, state: undefined })}
            >
              {t`All`} {number(counts.data?.total)}
            </button>
            {counts.data?.kinds
              .filter(({ kind: one, count }) => count > 0 || one === kind)
              .map(({ kind: one, count }) => (
                <button
                  key={one}
                  type="button"
                  className={styles.kind}
                  aria-pressed={kind === one}
                  onClick={() => go({ kind: one, open: undefined, state: undefined })}
                >
                  {i18n._(kindWords(one))} {number(count)}
                </button>
              ))}
            {(counts.data?.kinds ?? []).some(({ later }) => later > 0) && (
              <button
                type="button"
                className={styles.kind}
                aria-pressed={state === 'later'}
                onClick={() => go({ kind: undefined, open: undefined, state: 'later' })}
              >
                {t`Postponed`} {number(counts.data?.kinds.reduce((all, { later }) => all + later, 0))}
              </button>
            )}
          </fieldset>
          <ListViews list="inbox" query={filter} />
        </div>
        <div className={styles.filters}>
          <FilterBar
            filters={filters}
            values={filter}
            onChange={(values) => void navigate({ to: '/inbox', search: values })}
          >
            {isNarrowed && entries.length > 0 && <Fitting count={entries.length} isAll={list.isEnd} />}
          </FilterBar>
        </div>
      </div>
      {!found && !list.error && <Loading />}
      <FaultNote fault={list.error} onRetry={list.again} />
      {found && entries.length === 0 && list.isEnd && !hasLeft && (
        <Nothing settled={counts.data?.settled ?? null} isNarrowed={isNarrowed} />
      )}
      {(entries.length > 0 || hasLeft) && (
        <div className={styles.split}>
          <ul
            className={`${styles.queue} ${open === undefined ? '' : styles.hides}`}
            aria-label={t`What waits`}
            data-choosing={choosing.isOffered || undefined}
          >
            {entries.map((entry) => (
              <li key={entry.thing}>
                {choosing.fits(entry) && (
                  <Checkbox
                    size="xs"
                    className={styles.choose ?? ''}
                    aria-label={t`Choose ${i18n._(kindWords(entry.kind))} ${entry.input ?? ''}`}
                    checked={choosing.chosen.includes(idOf(entry))}
                    onChange={() => choosing.toggle(entry)}
                  />
                )}
                <button
                  type="button"
                  className={styles.row}
                  aria-current={entry.thing === shown?.thing}
                  onClick={() => go({ open: entry.thing })}
                >
                  <Line entry={entry} />
                </button>
              </li>
            ))}
            {!list.isEnd && (
              <li>
                <Button variant="subtle" fullWidth disabled={!list.more} onClick={list.more}>
                  {t`Show more`}
                </Button>
              </li>
            )}
          </ul>
          <div className={open === undefined ? styles.hides : undefined}>
            <Button
              className={styles.back ?? ''}
              variant="subtle"
              size="compact-md"
              mb={8}
              onClick={() => go({ open: undefined })}
            >
              {t`Back to the queue`}
            </Button>
            {shown ? (
              <Pane key={shown.thing} entry={shown} hasLeft={hasLeft} onDone={next} onStay={stay} />
            ) : (
              <Empty>{t`This does not wait any more: it was decided, or settled itself.`}</Empty>
            )}
          </div>
        </div>
      )}
      {others.length > 0 && (
        <section className={open === undefined ? undefined : styles.hides}>
          <h2 className={styles.gone}>{t`Left the list meanwhile`}</h2>
          <ul className={styles.queue} aria-label={t`Left the list meanwhile`}>
            {others.map((entry) => (
              <li key={entry.thing}>
                <Gone entry={entry} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <ActionBar count={choosing.chosen.length} onClear={choosing.clear}>
        {choosing.others > 0 && (
          <Button size="compact-md" variant="subtle" onClick={choosing.all}>
            {t`All of this supplier and kind`}
          </Button>
        )}
        <Button
          size="compact-md"
          onClick={() => {
            together.current = choosing.chosen
            setDeciding(true)
          }}
        >{t`Decide together…`}</Button>
      </ActionBar>
      {isDeciding && (
        <Together
          reviews={choosing.chosen}
          onDone={() => {
            for (const id of together.current) mine.current.add(`review-${id}`)
            choosing.clear()
            list.again()
            void counts.refetch()
          }}
          onClose={() => setDeciding(false)}
        />
      )}
    </Page>
  )
}

/** MAX_GONE is how many things are shown that have left the list: the last ones. */
const MAX_GONE = 20

/** `useGone` gives what has left the list since it was opened with this filter. `mine` are those that one has decided. */
function useGone(
  entries: readonly Entry[] | undefined,
  filter: string,
  mine: ReadonlySet<string>,
): readonly Entry[] {
  const [gone, setGone] = useState<readonly Entry[]>([])
  const before = useRef<{ filter: string; entries: readonly Entry[] }>(undefined)
  useEffect(() => {
    if (!entries) return
    const last = before.current
    before.current = { filter, entries }
    if (last?.filter !== filter) return setGone([])
    const there = new Set(entries.map(({ thing }) => thing))
    const left = last.entries.filter(({ thing }) => !there.has(thing) && !mine.has(thing))
    setGone((old) => {
      const still = old.filter(({ thing }) => !there.has(thing))
      return left.length === 0 && still.length === old.length ? old : [...still, ...left].slice(-MAX_GONE)
    })
  }, [entries, filter, mine])
  return gone
}

/**
 * `useShown` gives the one that is open: that of the URL, else the first. What leaves the list while it is open, because somebody else decided it, stays until one goes on, with what
 * was typed; `mine` are those that one has decided.
 */
function useShown(
  entries: readonly Entry[] | undefined,
  open: string | undefined,
  filter: string,
  mine: ReadonlySet<string>,
): Entry | undefined {
  const [last, setLast] = useState<{ entry: Entry; open: string | undefined; filter: string }>()
  const before =
    last?.open === open && last?.filter === filter && !mine.has(last.entry.thing) ? last.entry : undefined
  const wanted = open ?? before?.thing
  const found = wanted === undefined ? entries?.[0] : entries?.find(({ thing }) => thing === wanted)
  const shown = found ?? (entries === undefined ? undefined : before)
  if (shown && (last?.entry !== shown || last.open !== open || last.filter !== filter))
    setLast({ entry: shown, open, filter })
  return shown
}

type Ending = 'waits' | 'unknown' | { by: string | null; at: string; what: ReactNode }

/** `useEnding` tells what became of something that has left the list, `hasLeft`: it waits on elsewhere, it was decided, or nobody has decided it. */
function useEnding(entry: Entry, hasLeft = true): Ending | undefined {
  const { t, i18n } = useLingui()
  const { thing, since } = entry
  const standing = useQuery({
    queryKey: ['inbox-thing', thing, since],
    enabled: hasLeft,
    // What was true a moment ago is not shown again.
    ...{ staleTime: 0, gcTime: 0 },
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/inbox/{thing}', { params: { path: { thing }, query: { since } }, signal }),
      ),
  }).data
  if (!hasLeft || !standing) return undefined
  if (standing.waits) return 'waits'
  if (!standing.decided) return 'unknown'
  const { at, by, name, what, why } = standing.decided
  if (by === null && thing.startsWith('review-')) return { by, at, what: null }
  const [of = ''] = thing.split('-')
  const own: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    application: { accepted: t`Accepted`, refused: t`Refused` },
    manual: { answered: t`Answered`, refused: t`Refused` },
    list: { taken_over: t`Taken over` },
  }
  const said =
    own[of]?.[what] ??
    i18n._(of === 'deposit' ? (depositStateWords[what] ?? { id: what }) : decisionWords(what))
  return { by: name ?? by, at, what: [said, why].filter(Boolean).join(': ') }
}

/** `Gone` crosses out what was settled, and says why. What waits on, taken by somebody or put off, is only said to be no longer in the list. */
function Gone({ entry }: { entry: Entry }) {
  const { t, i18n } = useLingui()
  const ending = useEnding(entry)
  const isOver = typeof ending === 'object'
  return (
    <div className={styles.row}>
      <span className={isOver ? styles.settled : undefined}>
        <Badge tone="off">{i18n._(kindWords(entry.kind))}</Badge>{' '}
        <span className={entry.input ? 'code' : undefined}>
          <Name entry={entry} />
        </span>
      </span>
      <span className="muted">
        {!isOver ? (
          t`It is no longer in this list.`
        ) : (
          <>
            {ending.by === null ? (ending.what ?? t`It settled itself.`) : t`${ending.what}, by ${ending.by}`}{' '}
            <When at={ending.at} />
          </>
        )}
      </span>
    </div>
  )
}

/** `Left` says in the pane what became of the one that is open, and leads on. */
function Left({ ending, onNext }: { ending: Ending | undefined; onNext: () => void }) {
  const { t } = useLingui()
  return (
    <div className={styles.left} role="status">
      <div>
        {typeof ending !== 'object' ? (
          <p>
            {ending === 'waits'
              ? t`It is no longer in this list, but waits on: it was taken, or put off.`
              : t`It is no longer in this list, and waits for nobody.`}
          </p>
        ) : (
          <p>
            <strong>
              {ending.by !== null
                ? t`Decided by ${ending.by}: ${ending.what}`
                : (ending.what ?? t`It settled itself.`)}
            </strong>{' '}
            <When at={ending.at} />
          </p>
        )}
        <p className="muted">{t`What you typed stays here until you go on.`}</p>
      </div>
      <Button size="compact-md" variant="default" onClick={onNext}>
        <Trans>Go on</Trans>
      </Button>
    </div>
  )
}

const idOf = ({ thing }: Entry): number => Number(thing.split('-')[1])
const isReview = ({ thing, kind }: Entry): boolean => thing.startsWith('review-') && kind !== 'answer'

/** `useChoosing` are the reviews that are chosen to be decided together: all of one kind. It is offered where two of one kind wait. */
function useChoosing(entries: readonly Entry[]) {
  const may = useMay()
  const [ids, setIds] = useState<readonly number[]>([])
  const reviews = may('reviews.resolve') ? entries.filter(isReview) : []
  const kindsThere = reviews.map(({ kind }) => kind)
  const isOffered = new Set(kindsThere).size < kindsThere.length
  // What was decided meanwhile is chosen no more.
  const found = reviews.filter((entry) => ids.includes(idOf(entry)))
  const [first] = found
  const fits = (entry: Entry): boolean =>
    isOffered && reviews.includes(entry) && (first === undefined || entry.kind === first.kind)
  const alike = reviews.filter(
    ({ kind, supplier }) => kind === first?.kind && supplier?.id === first?.supplier?.id,
  )
  const chosen = found.map(idOf)
  return {
    ...{ isOffered, fits, chosen },
    others: alike.filter((entry) => !found.includes(entry)).length,
    toggle: (entry: Entry) => {
      const id = idOf(entry)
      if (fits(entry)) setIds(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])
    },
    all: () => setIds([...new Set([...chosen, ...alike.map(idOf)])]),
    clear: () => setIds([]),
  }
}

/** `useFilters` are those that the API has for what waits. `olderThan` is the age in the URL, which may be none of those that are offered. */
function useFilters(olderThan: string | undefined): Filter[] {
  const { t } = useLingui()
  const pickFrom = usePickFrom()
  const given = /^\d{1,6}$/.test(olderThan ?? '') ? [Number(olderThan)] : []
  const ages = [...new Set([...AGES_MINUTES, ...given])].toSorted((a, b) => a - b)
  return [
    { name: 'supplier', label: t`Supplier`, kind: 'pick', from: pickFrom.suppliers },
    { name: 'reseller', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
    { name: 'service', label: t`Service`, kind: 'pick', from: pickFrom.services },
    { name: 'order', label: t`Order`, kind: 'text', help: t`Its number.` },
    {
      ...{ name: 'taken', label: t`Taken by`, kind: 'choice' },
      choices: [
        { value: 'me', label: t`Me` },
        { value: 'free', label: t`Nobody` },
      ],
    },
    {
      ...{ name: 'older_than', label: t`Waits longer than`, kind: 'choice' },
      choices: ages.map((minutes) => ({ value: String(minutes), label: duration(minutes * 60) })),
    },
  ]
}

/** AGES_MINUTES are an hour, four, a day and a week. */
const AGES_MINUTES = [60, 240, 1440, 10_080]

/** `Fitting` says how much of what waits fits the filter. */
function Fitting({ count, isAll }: { count: number; isAll: boolean }) {
  const { t } = useLingui()
  return (
    <span className={styles.fitting}>
      {isAll ? <Plural value={count} one="# thing waits" other="# things wait" /> : t`${count}+ things wait`}
    </span>
  )
}

type Settled = Awaited<ReturnType<NonNullable<(typeof inboxCountsQuery)['queryFn']>>>['settled']

/** `Nothing` says that nothing waits, or that nothing of it fits the filter. */
function Nothing({ settled, isNarrowed }: { settled: Settled; isNarrowed: boolean }) {
  const { t } = useLingui()
  if (isNarrowed)
    return (
      <Empty
        action={
          <Button component={Link} to="/inbox" variant="default">
            <Trans>Clear filters</Trans>
          </Button>
        }
      >{t`Nothing that waits fits these filters.`}</Empty>
    )
  return (
    <Empty>
      {settled
        ? t`Nothing needs you. Last decided ${ago(new Date(settled.at))} by ${settled.name ?? settled.by}.`
        : t`Nothing needs you.`}
    </Empty>
  )
}

/** `Name` says which one of its kind waits: its IMEI, and where it has none what tells it from others. */
function Name({ entry }: { entry: Entry }) {
  const { t, i18n } = useLingui()
  const { kind, thing, input, order, count, detail, said } = entry
  if (input) return input
  if (kind === 'manual')
    return <Plural value={count} one="# item to be done by hand" other="# items to be done by hand" />
  if (kind === 'deposit') return t`Deposit ${thing.replace('deposit-', '')}`
  return order ? t`Order ${order.id}` : detailWords(i18n, detail, said)
}

function Line({ entry }: { entry: Entry }) {
  const { t, i18n } = useLingui()
  const tone = kinds[entry.kind]?.tone ?? 'needs'
  const parts = [entry.supplier?.name, entry.account?.username, entry.service?.name].filter(Boolean)
  return (
    <>
      <span className={styles.top}>
        <Badge tone={tone}>{i18n._(kindWords(entry.kind))}</Badge>
        <span>
          {entry.amount !== null && entry.currency !== null ? money(entry.amount, entry.currency) : null}
        </span>
      </span>
      <span className={styles.top}>
        <span className={entry.input ? 'code' : undefined}>
          <Name entry={entry} />
        </span>
        {entry.kind === 'answer' && <span>{t`${entry.count} items`}</span>}
      </span>
      <span className={styles.bottom}>
        <span>{parts.join('\u00A0· ')}</span>
        {entry.taken_by === null ? (
          <When at={entry.since} />
        ) : (
          <span>{t`${entry.taken_name ?? entry.taken_by} is on this`}</span>
        )}
      </span>
    </>
  )
}

interface PaneProps {
  entry: Entry
  /** `hasLeft`: it is not in the list any more, and stays open for what was typed. */
  hasLeft: boolean
  onDone: () => void
  onStay: () => void
}

function Pane({ entry, hasLeft, onDone, onStay }: PaneProps) {
  const { t, i18n } = useLingui()
  const ending = useEnding(entry, hasLeft)
  const isOver = typeof ending === 'object'
  const [of, first = ''] = entry.thing.split('-')
  const id = Number(first)
  return (
    <section className={styles.pane} aria-label={t`What waits for you`}>
      <div className={styles.title}>
        <h2 {...(isOver && { 'data-over': true })}>
          {i18n._(kindWords(entry.kind))}
          {entry.input && <span className="code"> {entry.input}</span>}
        </h2>
        {!hasLeft && <Marks entry={entry} onLater={onDone} />}
      </div>
      {hasLeft && <Left ending={ending} onNext={onDone} />}
      {entry.kind === 'answer' ? (
        <AnswerPane id={id} isOver={isOver} onDone={onDone} />
      ) : of === 'review' ? (
        <ReviewPane id={id} isOver={isOver} onDone={onDone} />
      ) : of === 'deposit' ? (
        <DepositPane id={id} isOver={isOver} onDone={onDone} />
      ) : of === 'manual' ? (
        <ManualPane entry={entry} isOver={isOver} onDone={onDone} onStay={onStay} />
      ) : of === 'application' ? (
        <ApplicationPane id={id} isOver={isOver} onDone={onDone} />
      ) : (
        <>
          <p className={styles.lead}>
            <Name entry={entry} />
          </p>
          {!isOver && <HeldList supplier={id} since={entry.since} onDone={onDone} />}
        </>
      )}
    </section>
  )
}

/** `Marks` takes a thing, so that the others see it, or puts it off. */
function Marks({ entry, onLater }: { entry: Entry; onLater: () => void }) {
  const { t } = useLingui()
  const { person } = useSession()
  const queries = useQueryClient()
  const [fault, setFault] = useState<unknown>()
  const [isOpen, setOpen] = useState(false)
  const isMine = entry.taken_by === `staff:${person.id}`
  const params = { path: { thing: entry.thing } }
  const doing = async (work: Promise<unknown>, after?: () => void) => {
    setFault(undefined)
    try {
      await work
      after?.()
    } catch (error) {
      setFault(error)
    }
  }
  const take = () =>
    void doing(
      dataOf(
        isMine
          ? api.POST('/api/operator/inbox/{thing}/release', { params, body: {} })
          : api.POST('/api/operator/inbox/{thing}/take', { params, body: {} }),
      ),
      () => void queries.invalidateQueries({ queryKey: ['inbox'] }),
    )
  const later = (until: Date) =>
    void doing(
      dataOf(api.POST('/api/operator/inbox/{thing}/later', { params, body: { until: until.toISOString() } })),
      onLater,
    )
  const morning = new Date()
  morning.setDate(morning.getDate() + (morning.getHours() < 8 ? 0 : 1))
  morning.setHours(8, 0, 0, 0)
  useKeys({ t: [t`Take it, or give it back`, take], z: [t`Later`, () => setOpen(true)] })
  const isTaken = entry.taken_by !== null && !isMine
  return (
    <div>
      {fault !== undefined && <FaultNote fault={fault} />}
      <Button size="compact-md" variant="default" onClick={take} disabled={isTaken}>
        {isTaken
          ? t`${entry.taken_name ?? entry.taken_by ?? ''} is on this`
          : isMine
            ? t`Give it back`
            : t`Take`}
      </Button>
      <Menu opened={isOpen} onChange={setOpen} position="bottom-end">
        <Menu.Target>
          <Button size="compact-md" variant="default">{t`Later`}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => later(new Date(Date.now() + HOUR))}>{t`In an hour`}</Menu.Item>
          <Menu.Item onClick={() => later(new Date(Date.now() + 4 * HOUR))}>{t`In 4 hours`}</Menu.Item>
          <Menu.Item onClick={() => later(morning)}>{t`In the morning`}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
