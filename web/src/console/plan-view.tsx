import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Chip, Group, Progress, Table, Textarea } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiFault, api, dataOf } from '../api/client.ts'
import { useRefreshOn } from '../api/events.ts'
import { Amount } from '../kit/amount.tsx'
import { CardTable } from '../kit/card-table.tsx'
import { useKeys } from '../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../kit/notes.tsx'
import { percentOf, percentText } from '../kit/numbers.ts'
import { Saying } from '../kit/saying.tsx'
import { Badge, type Tone } from '../kit/state-badge.tsx'
import { When } from '../kit/when.tsx'
import { usePlanRows } from './plan-rows.ts'
import styles from './plan-view.module.css'

const TOPICS = ['plans', 'prices', 'services']

const verdicts: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  below_cost: { tone: 'failed', words: msg`Below the cost` },
  raised: { tone: 'working', words: msg`More expensive` },
  lowered: { tone: 'partial', words: msg`Cheaper` },
  new: { tone: 'done', words: msg`New` },
  removed: { tone: 'off', words: msg`Removed` },
  changed: { tone: 'working', words: msg`Changed` },
  route: { tone: 'working', words: msg`Further route` },
  cost_up: { tone: 'needs', words: msg`Cost went up` },
  cost_down: { tone: 'needs', words: msg`Cost went down` },
  cost_above_price: { tone: 'failed', words: msg`Cost above a price` },
  gone: { tone: 'off', words: msg`Gone from the list` },
  changed_since: { tone: 'needs', words: msg`Changed since: stays` },
  made: { tone: 'off', words: msg`New by the plan: stays` },
  unmatched: { tone: 'off', words: msg`Nothing fits: stays` },
}

/** BY_VERDICT are warnings that the verdict of their row says already. */
const BY_VERDICT = ['sold_below_cost', 'changed_since_plan', 'made_by_plan']

/** STAYS are the verdicts of rows that change nothing: they name what a plan leaves as it is. */
const STAYS = ['changed_since', 'made', 'unmatched']

/** `changesOf` is how many rows of a plan change something. */
const changesOf = ({ rows, verdicts: counts }: PlanData): number =>
  rows - STAYS.reduce((sum, name) => sum + (counts[name] ?? 0), 0)

/** ImportedPrice is what an imported service is sold for to one audience. */
interface ImportedPrice {
  group: string | null
  currency: string
  price: string | null
  margin: string | null
  below_cost: boolean
}

const states: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  ready: { tone: 'waiting', words: msg`Not applied yet` },
  applying: { tone: 'working', words: msg`Being applied` },
  applied: { tone: 'done', words: msg`Applied` },
  discarded: { tone: 'off', words: msg`Discarded` },
  ended: { tone: 'off', words: msg`Ended` },
}

const outcomes: Record<string, { tone: Tone; words: MessageDescriptor }> = {
  done: { tone: 'done', words: msg`Done` },
  skipped: { tone: 'off', words: msg`Left out` },
  failed: { tone: 'failed', words: msg`Failed` },
}

/** `planQuery` reads a plan, with how far it has come. */
export const planQuery = (id: string) => ({
  queryKey: ['plans', id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    dataOf(api.GET('/api/operator/plans/{id}', { params: { path: { id: Number(id) } }, signal })),
})

/** `PlanView` shows a change of many things row by row, and applies it as it is shown. `onDone` is told when it was applied or discarded. */
export function PlanView({ id, onDone = () => {} }: { id: string; onDone?: () => void }) {
  const { t, i18n } = useLingui()
  const [verdict, setVerdict] = useState<string>('')
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
  const plan = useQuery(planQuery(id))
  const rows = usePlanRows(Number(id), { verdict })
  useRefreshOn(TOPICS, ['plans', id])
  const found = rows.rows
  const isReady = plan.data?.state === 'ready'
  const leaveOut = (position: number, isIn: boolean) => {
    const next = new Set(left)
    if (isIn) next.delete(position)
    else next.add(position)
    setLeft(next)
  }
  const isOfPrices = found.some(({ money: one }) => one !== null)
  return (
    <>
      <FaultNote fault={plan.error ?? rows.error} onRetry={() => void plan.refetch()} />
      {plan.isPending && <Loading />}
      {plan.data && (
        <>
          <Summary plan={plan.data} />
          {plan.data.undone_by !== null && <Undo plan={plan.data} by={plan.data.undone_by} />}
          {Object.keys(plan.data.verdicts).length > 1 && (
            <Chip.Group value={verdict} onChange={(value) => setVerdict(String(value))}>
              <Group gap="sm" mb="md" role="group" aria-label={t`Which rows`}>
                <Chip name="verdict" value="" size="xs" variant="outline">
                  <Trans>All {plan.data.rows}</Trans>
                </Chip>
                {Object.entries(plan.data.verdicts).map(([name, count]) => (
                  <Chip key={name} name="verdict" value={name} size="xs" variant="outline">
                    {verdicts[name] ? i18n._(verdicts[name].words) : name} {count}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          )}
          {plan.data.rows === 0 && (
            <Empty
              action={
                <Button component={Link} to="/prices" variant="default">
                  <Trans>Back to the prices</Trans>
                </Button>
              }
            >{t`Nothing would be changed: it is so already.`}</Empty>
          )}
          {rows.isPending && <Loading />}
          {found.length > 0 && (
            <CardTable label={t`Rows`} verticalSpacing={6}>
              <Table.Thead>
                <Table.Tr>
                  {isReady && (
                    <Table.Th w={44} data-card="check">
                      <span className="visually-hidden">{t`Apply`}</span>
                    </Table.Th>
                  )}
                  <Table.Th>{t`Service`}</Table.Th>
                  {isOfPrices && <Table.Th>{t`For`}</Table.Th>}
                  <Table.Th ta={isOfPrices ? 'end' : 'start'}>{t`Before`}</Table.Th>
                  <Table.Th ta={isOfPrices ? 'end' : 'start'}>{t`After`}</Table.Th>
                  {isOfPrices && <Table.Th ta="end">{t`Cost`}</Table.Th>}
                  {isOfPrices && <Table.Th ta="end">{t`Margin`}</Table.Th>}
                  <Table.Th data-card="state">{isReady ? t`Verdict` : t`Outcome`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {found.map((row) => (
                  <Row
                    key={row.position}
                    row={row}
                    isReady={isReady}
                    isOfPrices={isOfPrices}
                    isIn={!left.has(row.position)}
                    onLeave={(isIn) => leaveOut(row.position, isIn)}
                  />
                ))}
              </Table.Tbody>
            </CardTable>
          )}
          {!rows.isEnd && (
            <Group justify="center" mt="md">
              <Button variant="default" disabled={!rows.more} onClick={rows.more}>
                <Trans>Show more rows</Trans>
              </Button>
            </Group>
          )}
          {isReady && plan.data.rows > 0 && <ApplyBar plan={plan.data} left={left} onDone={onDone} />}
        </>
      )}
    </>
  )
}

type PlanData = Awaited<ReturnType<typeof readPlan>>
const readPlan = (id: number) => dataOf(api.GET('/api/operator/plans/{id}', { params: { path: { id } } }))
type RowData = Awaited<ReturnType<typeof readRows>>['page']['items'][number]
const readRows = (id: number) =>
  dataOf(api.GET('/api/operator/plans/{id}/rows', { params: { path: { id } } }))

function Summary({ plan }: { plan: PlanData }) {
  const { i18n } = useLingui()
  const state = states[plan.state]
  const below = (plan.verdicts['below_cost'] ?? 0) + (plan.verdicts['cost_above_price'] ?? 0)
  const resellers = Number(plan.summary['resellers'] ?? 0)
  const changes = changesOf(plan)
  const finished = plan.outcomes.done + plan.outcomes.skipped + plan.outcomes.failed
  return (
    <section className={styles.summary}>
      <div className={styles.line}>
        <Badge tone={state?.tone ?? 'waiting'}>{state ? i18n._(state.words) : plan.state}</Badge>
        <strong>
          <Plural value={changes} one="# change" other="# changes" />
        </strong>
        {below > 0 && (
          <span className={styles.below}>
            ▼ <Plural value={below} one="# below the cost" other="# below the cost" />
          </span>
        )}
        {resellers > 0 && (
          <span className="muted">
            <Plural value={resellers} one="# reseller sees them" other="# resellers see them" />
          </span>
        )}
      </div>
      <p className="muted">
        {plan.applied_at ? (
          <Trans>
            Applied by {plan.applied_by_name ?? plan.applied_by} <When at={plan.applied_at} exact />.
          </Trans>
        ) : (
          <Trans>
            Made by {plan.actor_name ?? plan.actor} <When at={plan.created_at} exact />. It can be applied
            until <When at={plan.ends_at} exact />.
          </Trans>
        )}
        {plan.why && ` ${plan.why}`}
      </p>
      {plan.state === 'applying' && (
        <Progress
          value={(100 * finished) / Math.max(1, plan.rows)}
          aria-label={`${finished} / ${plan.rows}`}
        />
      )}
    </section>
  )
}

/** `Undo` makes the plan that undoes an applied one, and leads to it. Nothing is changed by that. */
function Undo({ plan, by }: { plan: PlanData; by: string }) {
  const navigate = useNavigate()
  const undo = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/plans', {
          body: { kind: by as 'prices.undo', input: { plan: plan.id } as never },
        }),
      ),
    onSuccess: ({ id }) => navigate({ to: `/plans/${id}` }),
  })
  if (!plan.may_apply) return null
  return (
    <Group gap="sm" mb="md">
      <Button variant="default" size="compact-md" loading={undo.isPending} onClick={() => undo.mutate()}>
        <Trans>Undo…</Trans>
      </Button>
      <span className="muted">
        <Trans>Shows first what it would set back, and what was changed since.</Trans>
      </span>
      <FaultNote fault={undo.error} />
    </Group>
  )
}

function Row({
  row,
  isReady,
  isOfPrices,
  isIn,
  onLeave,
}: {
  row: RowData
  isReady: boolean
  isOfPrices: boolean
  isIn: boolean
  onLeave: (isIn: boolean) => void
}) {
  const { t, i18n } = useLingui()
  const subject = row.subject as Record<string, string | number | null>
  const known = verdicts[row.verdict]
  const outcome = row.outcome ? outcomes[row.outcome] : undefined
  const name = String(subject['service_name'] ?? subject['name'] ?? '')
  const code = String(subject['service_code'] ?? subject['remote_service'] ?? subject['username'] ?? '')
  const prices = (row.after as { prices?: ImportedPrice[] } | null)?.prices
  const percent = (row.after as { percent?: number | null } | null)?.percent
  // Only a row of a price is for an audience.
  const isOfPrice = row.money?.['before'] !== undefined && subject['currency'] !== undefined
  const audience = subject['username'] ?? subject['group'] ?? t`Everyone`
  return (
    <Table.Tr data-out={isReady && !isIn ? '' : undefined} className={styles.row}>
      {isReady && (
        <Table.Td>
          {!STAYS.includes(row.verdict) && (
            <Checkbox
              size="xs"
              checked={isIn}
              aria-label={t`Apply row ${row.position}: ${name}`}
              onChange={({ currentTarget }) => onLeave(currentTarget.checked)}
            />
          )}
        </Table.Td>
      )}
      <Table.Td>
        {name} <span className={`code ${styles.code}`}>{code}</span>
        {row.warnings.map((warning, at) => {
          const said = row.warnings_said[at]
          return BY_VERDICT.includes(said?.code ?? '') ? null : (
            <div key={warning} className={styles.warning}>
              <Saying text={warning} said={said} />
            </div>
          )
        })}
      </Table.Td>
      {isOfPrices ? (
        <>
          <Table.Td>
            {isOfPrice ? audience : row.verdict === 'route' ? t`To ${String(subject['theirs'] ?? '')}` : '–'}
          </Table.Td>
          <Table.Td ta="end" className="muted">
            {row.money ? <Amount value={row.money['before']} /> : '–'}
          </Table.Td>
          <Table.Td ta="end" fw={600}>
            {prices ? (
              <ImportedPrices prices={prices} />
            ) : row.money?.['after'] !== undefined ? (
              <Amount value={row.money['after']} currency={row.money['currency'] ?? ''} />
            ) : (
              '–'
            )}
          </Table.Td>
          <Table.Td ta="end" className="muted">
            {row.money && (
              <Amount
                value={row.money['cost']}
                {...(!isOfPrice && row.money['cost'] && { currency: row.money['currency'] ?? '' })}
              />
            )}
          </Table.Td>
          <Table.Td ta="end" className={styles.percent}>
            {percent != null
              ? percentOf(percent, { signDisplay: 'exceptZero' })
              : percentText(row.money?.['margin'] ?? '–')}
          </Table.Td>
        </>
      ) : (
        <>
          <Table.Td className="muted">
            {row.verdict === 'gone' ? t`On the list` : <Values of={row.before} />}
          </Table.Td>
          <Table.Td>
            <Values of={row.after} />
          </Table.Td>
        </>
      )}
      <Table.Td>
        {outcome && !STAYS.includes(row.verdict) ? (
          <>
            <Badge tone={outcome.tone}>{i18n._(outcome.words)}</Badge>{' '}
            {row.reason && row.outcome === 'failed' && (
              <span className="muted">
                <Saying text={row.reason} said={row.reason_said} />
              </span>
            )}
          </>
        ) : (
          <Badge tone={known?.tone ?? 'waiting'}>{known ? i18n._(known.words) : row.verdict}</Badge>
        )}
      </Table.Td>
    </Table.Tr>
  )
}

/** `ImportedPrices` shows what a service is sold for, to everyone and to each price group, in every currency. */
function ImportedPrices({ prices }: { prices: readonly ImportedPrice[] }) {
  const { t } = useLingui()
  return (
    <ul className={styles.prices}>
      {prices.map(({ group, currency, price, margin, below_cost: isBelow }) => (
        <li key={`${group} ${currency}`} className={isBelow ? styles.below : undefined}>
          <span className="muted">{group ?? t`Everyone`}</span> <Amount value={price} currency={currency} />{' '}
          <small className="muted">
            {isBelow && '▼ '}
            {margin && percentText(margin)}
          </small>
        </li>
      ))}
    </ul>
  )
}

/** `Values` shows what of a thing is changed. */
function Values({ of }: { of: Record<string, unknown> | null }) {
  if (of === null) return <span>–</span>
  return (
    <>
      {Object.entries(of)
        .filter(([, value]) => value !== null && value !== '')
        .slice(0, 6)
        .map(([name, value]) => (
          <div key={name} className={styles.value}>
            <span className="muted">{name}</span> {typeof value === 'string' ? value : JSON.stringify(value)}
          </div>
        ))}
    </>
  )
}

/** `ImportWords` says what an import makes. */
function ImportWords({ summary }: { summary: Record<string, unknown> }) {
  const [services, routes, prices] = ['services', 'routes', 'prices'].map((name) =>
    Number(summary[name] ?? 0),
  )
  return (
    <Trans>
      Import <Plural value={services ?? 0} one="# service" other="# services" />,{' '}
      <Plural value={routes ?? 0} one="# further route" other="# further routes" />,{' '}
      <Plural value={prices ?? 0} one="# price" other="# prices" />
    </Trans>
  )
}

/** `ApplyBar` applies the plan, without what was left out; below the cost wants its own tick. */
function ApplyBar({ plan, left, onDone }: { plan: PlanData; left: ReadonlySet<number>; onDone: () => void }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [why, setWhy] = useState('')
  const [isConfirmed, setConfirmed] = useState(false)
  const [key] = useState(() => crypto.randomUUID())
  const params = { path: { id: plan.id } }
  const done = () => client.invalidateQueries({ queryKey: ['plans', String(plan.id)] })
  const apply = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/plans/{id}/apply', {
          params: { ...params, header: { 'idempotency-key': key } } as never,
          body: {
            except: [...left],
            ...(why.trim() !== '' && { why: why.trim() }),
            confirm: isConfirmed ? plan.needs : [],
          },
        }),
      ),
    onSuccess: async () => {
      // Prices, services, resellers and their groups: a plan may have changed what any list shows. What a query has made stays.
      await client.invalidateQueries({ predicate: ({ meta }) => meta?.['isMade'] !== true })
      onDone()
    },
  })
  const discard = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/plans/{id}/discard', { params })),
    onSuccess: done,
  })
  const below = (plan.verdicts['below_cost'] ?? 0) + (plan.verdicts['cost_above_price'] ?? 0)
  const count = changesOf(plan) - left.size
  const isReady = plan.may_apply && count > 0 && (plan.needs.length === 0 || isConfirmed)
  useKeys(isReady ? { 'Ctrl+Enter': [t`Apply the plan`, () => !apply.isPending && apply.mutate()] } : {})
  const isStale = apply.error instanceof ApiFault && apply.error.code === 'PLAN_STALE_ERROR'
  return (
    <section className={styles.bar} aria-label={t`Apply the plan`}>
      {below > 0 && (
        <Checkbox
          checked={isConfirmed}
          onChange={({ currentTarget }) => setConfirmed(currentTarget.checked)}
          label={
            <span className={styles.below}>
              <Plural
                value={below}
                one="# price is below the cost: I want it so"
                other="# prices are below the cost: I want them so"
              />
            </span>
          }
          description={t`They are not sent to a supplier unless the route's margin floor allows it.`}
        />
      )}
      {plan.may_apply && (
        <div className={styles.controls}>
          <Textarea
            className={styles.why}
            aria-label={t`Reason`}
            placeholder={t`Reason, for the record`}
            value={why}
            onChange={({ currentTarget }) => setWhy(currentTarget.value)}
            autosize
            minRows={1}
            maxLength={500}
          />
          <Button variant="default" loading={discard.isPending} onClick={() => discard.mutate()}>
            <Trans>Discard</Trans>
          </Button>
          <Button loading={apply.isPending} disabled={!isReady} onClick={() => apply.mutate()}>
            {plan.kind === 'supplier.import' && left.size === 0 ? (
              <ImportWords summary={plan.summary} />
            ) : plan.kind === 'supplier.import' ? (
              <Plural value={count} one="Import # row" other="Import # rows" />
            ) : (
              <Plural value={count} one="Apply # change" other="Apply # changes" />
            )}
          </Button>
        </div>
      )}
      {!plan.may_apply && (
        <p className="muted">
          <Trans>Your role may not apply this plan. Somebody who may finds it under this address.</Trans>
        </p>
      )}
      <FaultNote
        fault={apply.error ?? discard.error}
        isOnce={apply.error !== null}
        untouched={isStale ? t`Nothing was changed. Go back and review it again.` : t`Nothing was changed.`}
      />
    </section>
  )
}
