import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Table } from '@mantine/core'
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { CardTable } from '../../../kit/card-table.tsx'
import { isOvertaken } from '../../../kit/faults.ts'
import { AtFields, TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { PercentInput } from '../../../kit/percent-input.tsx'
import { Saying } from '../../../kit/saying.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { detailWords } from '../../details.ts'
import { HeldList } from '../../held-list.tsx'
import { Overtaken, useRace } from '../../overtaken.tsx'
import styles from './supplier.module.css'
import { supplierQuery } from './supplier-data.ts'

const outcomes: Readonly<Record<string, { tone: Tone; words: MessageDescriptor }>> = {
  ok: { tone: 'done', words: msg`Taken over` },
  failed: { tone: 'failed', words: msg`Not whole` },
  suspicious: { tone: 'needs', words: msg`Held` },
}

const readRuns = async (supplier: string, cursor: string | undefined, signal: AbortSignal) =>
  (
    await dataOf(
      api.GET('/api/operator/suppliers/{supplier}/syncs', {
        params: { path: { supplier }, query: { limit: 30, ...(cursor && { cursor }) } },
        signal,
      }),
    )
  ).page
type Run = Awaited<ReturnType<typeof readRuns>>['items'][number]

/** `Lists` shows how a supplier's list was taken over, what of it waits for a person, and when it is read by itself. */
export function Lists() {
  const { t, i18n } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const { data: one } = useSuspenseQuery(supplierQuery(supplier))
  const may = useMay()
  const client = useQueryClient()
  const decides = may('suppliers.sync')
  const list = usePages<Run>(['suppliers', supplier, 'runs'], (cursor, signal) =>
    readRuns(supplier, cursor, signal),
  )
  const held = useQuery({
    queryKey: ['suppliers', supplier, 'held'],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/inbox', {
          params: { query: { kind: 'list', supplier: String(one.id) } },
          signal,
        }),
      ),
    enabled: decides,
  })
  const take = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/suppliers/{supplier}/sync', { params: { path: { supplier } }, body: {} }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['suppliers'] }),
  })
  const waits = held.data?.page.items[0]
  return (
    <Stack gap="xl">
      {waits && (
        <section aria-labelledby="held">
          <h2 id="held" className={styles.heading}>
            <Trans>Waits for you</Trans>
          </h2>
          <p>{detailWords(i18n, waits.detail, waits.said)}</p>
          <HeldList supplier={one.id} since={waits.since} />
        </section>
      )}
      {decides && <Schedule supplier={supplier} />}
      <section aria-labelledby="runs">
        <Group justify="space-between" mb="sm">
          <h2 id="runs" className={styles.heading}>
            <Trans>How it was read</Trans>
          </h2>
          {decides && (
            <Group gap="sm">
              <Button variant="default" loading={take.isPending} onClick={() => take.mutate()}>
                <Trans>Read it now</Trans>
              </Button>
              {may('prices.edit') && (
                <Button component={Link} variant="default" to={`/suppliers/${supplier}/import`}>
                  <Trans>Choose from it</Trans>
                </Button>
              )}
            </Group>
          )}
        </Group>
        <div role="status">
          {take.data?.applied && (
            <p>
              <Trans>Taken over:</Trans>{' '}
              <Plural value={take.data.routes} one="# route changed" other="# routes changed" />,{' '}
              <Plural value={take.data.repriced} one="# price changed." other="# prices changed." />
            </p>
          )}
        </div>
        {take.data && !take.data.applied && (
          <p className={styles.fault}>
            <Saying text={take.data.error ?? ''} />
          </p>
        )}
        <FaultNote
          fault={take.error ?? list.error}
          untouched={t`Nothing was changed.`}
          onRetry={list.again}
        />
        {!list.rows && !list.error && <Loading />}
        {list.rows?.length === 0 && (
          <Empty>
            <Trans>Its list was never read.</Trans>
          </Empty>
        )}
        {list.rows && list.rows.length > 0 && (
          <CardTable label={t`How the list was read`} verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`When`}</Table.Th>
                <Table.Th>{t`By`}</Table.Th>
                <Table.Th data-card="state">{t`Outcome`}</Table.Th>
                <Table.Th ta="end">{t`Services`}</Table.Th>
                <Table.Th ta="end">{t`New`}</Table.Th>
                <Table.Th ta="end">{t`Other costs`}</Table.Th>
                <Table.Th ta="end">{t`Gone`}</Table.Th>
                <Table.Th ta="end">{t`Imported`}</Table.Th>
                <Table.Th data-card="words">{t`Why not`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.rows.map((run) => {
                const outcome = outcomes[run.outcome ?? '']
                return (
                  <Table.Tr key={run.id}>
                    <Table.Td>
                      <When at={run.started_at} />
                    </Table.Td>
                    <Table.Td>
                      {run.trigger === 'scheduled' ? t`Schedule` : (run.actor_name ?? run.actor)}
                    </Table.Td>
                    <Table.Td>
                      {outcome ? (
                        <Badge tone={outcome.tone}>{i18n._(outcome.words)}</Badge>
                      ) : (
                        <Badge tone="working">{t`Under way`}</Badge>
                      )}
                    </Table.Td>
                    {['listed', 'new', 'cost', 'gone', 'imported'].map((name) => (
                      <Table.Td key={name} ta="end">
                        {run.counts[name] ?? '–'}
                      </Table.Td>
                    ))}
                    <Table.Td>{run.error && <Saying text={run.error} />}</Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </CardTable>
        )}
        {list.more && (
          <Button variant="default" onClick={list.more} mt="sm">
            <Trans>Show earlier</Trans>
          </Button>
        )}
      </section>
    </Stack>
  )
}

/** NAMES are those of the API of what is written into the form of the schedule. */
const NAMES: Readonly<Record<string, string>> = { hours: 'every_minutes', loss: 'max_loss', jump: 'max_jump' }

/** `Schedule` says when the list is read by itself, and by how much it may change before a person is asked. */
function Schedule({ supplier }: { supplier: string }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const queryKey = ['suppliers', supplier, 'schedule']
  const params = { path: { supplier } }
  const schedule = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/suppliers/{supplier}/schedule', { params, signal })),
  })
  const [written, setWritten] = useState<{ hours?: string; loss?: string; jump?: string }>({})
  const now = schedule.data
  const hours = written.hours ?? (now?.every_minutes == null ? '' : String(now.every_minutes / 60))
  const loss = written.loss ?? String(now?.max_loss ?? '')
  const jump = written.jump ?? String(now?.max_jump ?? '')
  const draft = {
    ...('hours' in written && {
      every_minutes: hours.trim() === '' ? null : Math.round(Number(hours.replace(',', '.')) * 60),
    }),
    ...('loss' in written && { max_loss: Number(loss) }),
    ...('jump' in written && { max_jump: Number(jump) }),
  }
  const race = useRace(
    now ?? { version: '' },
    async () => (await schedule.refetch({ throwOnError: true })).data ?? { version: '' },
    Object.keys(written).length > 0,
  )
  const save = useMutation({
    mutationFn: () =>
      race.send((version) =>
        dataOf(
          api.PATCH('/api/operator/suppliers/{supplier}/schedule', {
            params: { ...params, header: { 'if-match': version } },
            body: draft,
          }),
        ),
      ),
    onSuccess: () => {
      setWritten({})
      return client.invalidateQueries({ queryKey })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const isBehind = race.now !== undefined && isOvertaken(save.error)
  if (!now) return <FaultNote fault={schedule.error} onRetry={() => void schedule.refetch()} />
  return (
    <section aria-labelledby="schedule">
      <h2 id="schedule" className={styles.heading}>
        <Trans>Read by itself</Trans>
      </h2>
      <p className="muted">
        {now.next_at ? (
          <Trans>
            The next time <When at={now.next_at} />. What changes by more than this waits for a person.
          </Trans>
        ) : (
          <Trans>Only when somebody asks for it. What changes by more than this waits for a person.</Trans>
        )}
      </p>
      <AtFields fault={save.error}>
        <form onSubmit={submit} className={styles.filters}>
          <TextInput
            field="every_minutes"
            label={t`Every so many hours`}
            placeholder={t`Never`}
            value={hours}
            onChange={({ currentTarget }) => setWritten({ ...written, hours: currentTarget.value })}
            inputMode="decimal"
            pattern="[0-9]+([.,][0-9]+)?"
            w={160}
          />
          <PercentInput
            field="max_loss"
            label={t`Gone, in percent`}
            value={loss}
            onChange={({ currentTarget }) => setWritten({ ...written, loss: currentTarget.value })}
            inputMode="numeric"
            pattern="[0-9]+"
            required
            w={160}
          />
          <PercentInput
            field="max_jump"
            label={t`A cost, in percent`}
            value={jump}
            onChange={({ currentTarget }) => setWritten({ ...written, jump: currentTarget.value })}
            inputMode="numeric"
            pattern="[0-9]+"
            required
            w={160}
          />
          {!isBehind && (
            <Button type="submit" variant="default" loading={save.isPending}>
              <Trans>Save</Trans>
            </Button>
          )}
        </form>
        {isBehind && race.now ? (
          <Overtaken
            {...{ base: race.base, now: race.now, draft, what: 'supplier', subject: supplier }}
            hidden={['next_at']}
            isSaving={save.isPending}
            onMine={() => save.mutate()}
            onTheirs={(conflicting) => {
              setWritten(
                Object.fromEntries(
                  Object.entries(written).filter(([name]) => !conflicting.includes(NAMES[name] ?? '')),
                ),
              )
              race.settle()
              save.reset()
            }}
          />
        ) : (
          <FaultNote fault={save.error} untouched={t`Nothing was changed.`} />
        )}
      </AtFields>
    </section>
  )
}
