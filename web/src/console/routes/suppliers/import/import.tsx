import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Figures } from '../../../../kit/figures.tsx'
import { useKeys } from '../../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../../kit/notes.tsx'
import { Page } from '../../../../kit/page.tsx'
import { Saying } from '../../../../kit/saying.tsx'
import { useMay } from '../../../../kit/session.tsx'
import { When } from '../../../../kit/when.tsx'
import { supplierQuery } from '../supplier-data.ts'
import { Check } from './check.tsx'
import { type Choices, type KeptList, keptListQuery, readList, stillThere, useChoices } from './choices.ts'
import { Choose } from './choose.tsx'
import styles from './import.module.css'
import { Price } from './price.tsx'

const steps = ['read', 'choose', 'price', 'check'] as const
type Step = (typeof steps)[number]

/** StepProps is what each step is given. `next` leads to the one behind it. */
export interface StepProps {
  supplier: string
  list: KeptList
  choices: Choices
  onChoose: (changed: Partial<Choices>) => void
  next: () => void
}

/** `ImportWizard` takes services, further routes and prices over from a supplier's list, in four steps; before the last one nothing is written. */
export function ImportWizard() {
  const { t } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const search = useSearch({ strict: false }) as { step?: string; done?: string }
  const may = useMay()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data: about, error } = useQuery(supplierQuery(supplier))
  const [choices, setChoices, forget] = useChoices(supplier)
  const mayImport = may('suppliers.sync') && may('prices.edit')
  const kept = useQuery({ ...keptListQuery(supplier), enabled: mayImport })
  const isDone = search.done !== undefined
  const read = useMutation({
    mutationFn: () => readList(supplier),
    onSuccess: ({ list }) => {
      if (list) client.setQueryData(keptListQuery(supplier).queryKey, { list })
    },
  })
  // The first visit has the list read by itself; later ones go on with the one that was read.
  const begun = useRef(false)
  const isMissing = mayImport && !isDone && kept.data !== undefined && kept.data.list === null
  useEffect(() => {
    if (!isMissing || begun.current) return
    begun.current = true
    read.mutate()
  }, [isMissing, read.mutate])
  const list = kept.data?.list ?? null
  const wanted = steps.find((one) => one === search.step) ?? 'read'
  const step: Step = list ? wanted : 'read'
  const go = (to: Step) =>
    void navigate({ to: `/suppliers/${supplier}/import`, search: to === 'read' ? {} : { step: to } })
  const names: Record<Step, string> = { read: t`Read`, choose: t`Choose`, price: t`Price`, check: t`Check` }
  const title = t`Import from ${about?.name ?? ''}`
  // What leads on is the button of the step: where it is off, nothing leads on.
  const on = useRef<HTMLDivElement>(null)
  useKeys(
    step === 'check'
      ? {}
      : {
          'Ctrl+Enter': [
            t`The next step`,
            () => on.current?.querySelector<HTMLButtonElement>('[data-next]:enabled')?.click(),
          ],
        },
  )
  if (!mayImport)
    return (
      <Page title={title}>
        <p>
          <Trans>
            Your role may not import: it lacks <span className="code">suppliers.sync</span> or{' '}
            <span className="code">prices.edit</span>.
          </Trans>
        </p>
      </Page>
    )
  const place = steps.indexOf(step)
  const props = list && {
    supplier,
    list,
    choices,
    onChoose: setChoices,
    next: () => go(steps[place + 1] ?? 'check'),
  }
  return (
    <Page
      title={title}
      actions={
        <Button component={Link} variant="subtle" to={`/suppliers/${supplier}`}>
          <Trans>Back to the supplier</Trans>
        </Button>
      }
    >
      <div ref={on}>
        <FaultNote fault={error ?? kept.error} onRetry={() => void kept.refetch()} />
        {isDone ? (
          <div className={styles.done} role="status">
            <p>
              <strong>
                <Trans>Imported.</Trans>
              </strong>{' '}
              <Trans>What was new can be bought now, and its prices follow the costs as you said.</Trans>
            </p>
            <Group>
              <Button component={Link} to={`/suppliers/${supplier}/routes`}>
                <Trans>See its routes</Trans>
              </Button>
              <Button
                component={Link}
                variant="default"
                to="/prices"
                search={{ supplier: about?.name ?? '' } as never}
              >
                <Trans>See the prices</Trans>
              </Button>
              <Button component={Link} variant="default" to={`/suppliers/${supplier}/lists`}>
                <Trans>Have its list read by itself</Trans>
              </Button>
            </Group>
          </div>
        ) : (
          <>
            <ol className={styles.steps} aria-label={t`Steps`}>
              {steps.map((one, at) => (
                <li
                  key={one}
                  aria-current={one === step ? 'step' : undefined}
                  data-past={at < place || undefined}
                >
                  <button type="button" disabled={!list || at > place} onClick={() => go(one)}>
                    <i aria-hidden="true">{at + 1}</i> {names[one]}
                  </button>
                </li>
              ))}
            </ol>
            {step === 'read' && (
              <Read
                list={list}
                isReading={read.isPending || kept.isPending}
                problem={read.data?.error ?? null}
                fault={read.error}
                name={about?.name ?? ''}
                supplier={supplier}
                onRead={() => read.mutate()}
                next={() => go('choose')}
              />
            )}
            {props && step === 'choose' && <Choose {...props} />}
            {props && step === 'price' && <Price {...props} currency={about?.currency ?? ''} />}
            {props && step === 'check' && (
              <Check
                {...props}
                onBack={() => go('price')}
                onDone={() => {
                  forget()
                  void client.invalidateQueries({ queryKey: ['suppliers'] })
                  void navigate({ to: `/suppliers/${supplier}/import`, search: { done: '1' }, replace: true })
                }}
              />
            )}
            {list && step !== 'check' && step !== 'read' && <Chosen list={list} choices={choices} />}
          </>
        )}
      </div>
    </Page>
  )
}

/** `Chosen` sums up what was chosen, below the steps. */
function Chosen({ list, choices }: { list: KeptList; choices: Choices }) {
  const there = stillThere(choices, list)
  const news = there.filter(({ choice }) => choice.as === 'new').length
  const routes = there.length - news
  return (
    <p className={styles.sum} role="status">
      <Plural value={news} one="# new service" other="# new services" />,{' '}
      <Plural value={routes} one="# further route" other="# further routes" />.{' '}
      <Trans>Nothing is written yet.</Trans>
    </p>
  )
}

function Read({
  list,
  isReading,
  problem,
  fault,
  name,
  supplier,
  onRead,
  next,
}: {
  list: KeptList | null
  isReading: boolean
  problem: string | null
  fault: unknown
  name: string
  supplier: string
  onRead: () => void
  next: () => void
}) {
  const { t } = useLingui()
  return (
    <Stack>
      {isReading && (
        <div role="status">
          <p>
            <Trans>Reading the list of {name}. A long one takes minutes.</Trans>
          </p>
          <Loading rows={3} />
        </div>
      )}
      {problem && !isReading && (
        <div className={styles.problem} role="alert">
          <p>
            <strong>
              <Trans>The list did not come in whole, so that nothing can be done with it.</Trans>
            </strong>{' '}
            {problem}
          </p>
          <p className="muted">
            <Trans>
              Nothing was changed. Some panels give their list every few minutes only: wait a little, then
              read it again.
            </Trans>
          </p>
        </div>
      )}
      <FaultNote fault={fault} untouched={t`Nothing was changed.`} />
      {list && !isReading && (
        <>
          <Figures
            figures={[
              { label: t`Services`, value: list.counts.listed },
              { label: t`New`, value: list.counts.new },
              { label: t`Already ours`, value: list.counts.ours },
              { label: t`With another cost`, value: list.counts.changed },
              { label: t`Gone`, value: list.counts.gone },
              { label: t`Not importable`, value: list.counts.left_out },
            ]}
          />
          <p className="muted">
            <Trans>
              Read <When at={list.read_at} /> by {list.read_by_name ?? list.read_by}.
            </Trans>
          </p>
          {list.suspicion && (
            <div className={styles.problem} role="alert">
              <p>
                <strong>
                  <Saying text={list.suspicion} />
                </strong>{' '}
                <Trans>Somebody must say whether that is right before anything is imported.</Trans>
              </p>
              <Button component={Link} variant="default" to={`/suppliers/${supplier}/lists`}>
                <Trans>Look at what is gone</Trans>
              </Button>
            </div>
          )}
          {list.left_out.length > 0 && (
            <details>
              <summary>
                <Plural
                  value={list.left_out.length}
                  one="# service cannot be imported"
                  other="# services cannot be imported"
                />
              </summary>
              <ul className={styles.reasons}>
                {list.left_out.map((one) => (
                  <li key={`${one.remote_service} ${one.name} ${one.reason}`}>
                    {one.name} <span className="muted code">{one.remote_service}</span>:{' '}
                    <Saying text={one.reason} />
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
      <Group>
        {list && !list.suspicion && (
          <Button onClick={next} data-next disabled={isReading || list.counts.new === 0}>
            <Trans>Choose services</Trans>
          </Button>
        )}
        {!isReading && (
          <Button variant="default" onClick={onRead}>
            {list ? <Trans>Read it again</Trans> : <Trans>Read its list</Trans>}
          </Button>
        )}
      </Group>
      {list?.counts.new === 0 && !isReading && (
        <p className="muted">
          <Trans>Everything of the list is ours already: there is nothing to import.</Trans>
        </p>
      )}
    </Stack>
  )
}
