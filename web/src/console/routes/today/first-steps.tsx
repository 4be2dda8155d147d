import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { useMay, useSession } from '../../../kit/session.tsx'
import { firstStepsQuery, isOver, MAKING_FIRST, type FirstSteps as Steps } from '../../first-steps.ts'
import styles from './first-steps.module.css'

const TOPICS = ['orders', 'suppliers', 'services', 'prices', 'accounts']
const SUPPLIERS = ['/suppliers/new', '/suppliers']
const SERVICES = ['/catalogue/services', '/prices']
const RESELLERS: string = '/resellers'

/** `useKnown` gives the first of some pages that there is. */
function useKnown(): (paths: readonly string[]) => string {
  const { routesByPath } = useRouter()
  return (paths) => paths.find((path) => path in routesByPath) ?? '/'
}

/** `FirstSteps` leads a new shop to its first order. Once that is done nothing of it is shown any more. */
export function FirstSteps() {
  const steps = useQuery(firstStepsQuery)
  useRefreshOn(TOPICS, firstStepsQuery.queryKey)
  if (!steps.data || isOver(steps.data)) return null
  return <List found={steps.data} />
}

function List({ found }: { found: Steps }) {
  const { t } = useLingui()
  const may = useMay()
  const known = useKnown()
  const [asked, setAsked] = useState<'business' | 'practice'>()
  const isDone = (name: string): boolean => found.steps.some(({ step, done }) => step === name && done)
  const next = found.steps.find(({ done }) => !done)?.step
  const count = found.steps.filter(({ done }) => done).length
  const of = (name: string, title: string, words: ReactNode, action: ReactNode, more?: ReactNode) => ({
    ...{ name, title, words, action, more },
  })
  const practice = found.can_practise && may('catalogue.edit') && may('prices.edit') && (
    <Button variant="default" onClick={() => setAsked('practice')}>
      <Trans>Practise with the sandbox</Trans>
    </Button>
  )
  const reseller = found.username === null ? RESELLERS : `${RESELLERS}/${found.username}/people`
  const rows = [
    of('owner', t`Owner`, t`You: a person with a password and a second factor.`, null),
    of(
      'business',
      t`Business`,
      t`Who sells: the name stands on statements and invoices.`,
      may('settings.edit') && (
        <Button variant={next === 'business' ? 'filled' : 'default'} onClick={() => setAsked('business')}>
          <Trans>Name the business</Trans>
        </Button>
      ),
    ),
    of(
      'supplier',
      t`Supplier`,
      t`Who does the work. The sandbox does nothing real, and shows how all of it goes.`,
      may('suppliers.edit') && (
        <To to={known(SUPPLIERS)} words={t`Add a supplier`} isNext={next === 'supplier'} />
      ),
      practice,
    ),
    of(
      'services',
      t`Services`,
      t`What is sold, at which price. A supplier’s list is imported with prices that follow its costs.`,
      may('catalogue.edit') && (
        <To
          to={known(isDone('supplier') ? SERVICES : SUPPLIERS)}
          words={t`Make the services`}
          isNext={next === 'services'}
        />
      ),
    ),
    of(
      'reseller',
      t`First reseller`,
      t`Who buys: an account with a balance, and people who sign in to the portal.`,
      may('resellers.edit') && (
        <To
          to={RESELLERS}
          hash={MAKING_FIRST}
          words={t`Make the first reseller`}
          isNext={next === 'reseller'}
        />
      ),
    ),
    of(
      'order',
      t`First order`,
      t`The reseller opens the portal by an invitation and orders there, or a shop orders with a key.`,
      isDone('reseller') && <To to={reseller} words={t`Invite the reseller`} isNext={next === 'order'} />,
    ),
  ]
  return (
    <section aria-label={t`First steps`} className={styles.panel}>
      <div className={styles.head}>
        <h2>{t`First steps`}</h2>
        <span className="muted">
          <Trans>
            {count} of {found.steps.length} done
          </Trans>
        </span>
      </div>
      <ol className={styles.steps}>
        {rows.map(({ name, title, words, action, more }, place) => (
          <li
            key={name}
            aria-current={name === next ? 'step' : undefined}
            data-done={isDone(name) || undefined}
          >
            <span className={styles.mark} aria-hidden="true">
              {isDone(name) ? '✓' : place + 1}
            </span>
            <div className={styles.words}>
              <h3>
                {title} {isDone(name) && <span className="visually-hidden">{t`done`}</span>}
              </h3>
              <p>{words}</p>
            </div>
            <div className={styles.action}>
              {!isDone(name) && action}
              {!isDone(name) && more}
            </div>
          </li>
        ))}
      </ol>
      {asked === 'business' && <Business onClose={() => setAsked(undefined)} />}
      {asked === 'practice' && <Practice currency={found.currency} onClose={() => setAsked(undefined)} />}
    </section>
  )
}

function To({ to, hash, words, isNext }: { to: string; hash?: string; words: string; isNext: boolean }) {
  return (
    <Button
      variant={isNext ? 'filled' : 'default'}
      component={Link}
      to={to}
      {...(hash !== undefined && { hash })}
    >
      {words}
    </Button>
  )
}

/** `Business` says who sells. */
function Business({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const act = async ({ key }: { key: string }) => {
    const { version } = await dataOf(api.GET('/api/operator/seller', {}))
    await dataOf(
      api.PATCH('/api/operator/seller', {
        params: { header: { 'idempotency-key': key, 'if-match': `"${version}"` } },
        body: { name: name.trim() },
      }),
    )
    await client.invalidateQueries({ queryKey: firstStepsQuery.queryKey })
  }
  return (
    <ActDialog title={t`Your business`} button={t`Save the name`} act={act} onClose={onClose}>
      <TextInput
        field="name"
        label={t`Name`}
        description={t`As statements and invoices say it. Address and tax number can follow.`}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        required
        maxLength={200}
        data-autofocus
      />
    </ActDialog>
  )
}

/** `Practice` sells services of the sandbox in one currency. */
function Practice({ currency: known, onClose }: { currency: string | null; onClose: () => void }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const { business } = useSession()
  const [currency, setCurrency] = useState(known ?? business.home_currency ?? 'USD')
  const act = async ({ key }: { key: string }) => {
    await dataOf(
      api.POST('/api/operator/first-steps/practice', {
        params: { header: { 'idempotency-key': key } },
        body: { currency },
      }),
    )
    await client.invalidateQueries({ queryKey: firstStepsQuery.queryKey })
  }
  return (
    <ActDialog
      title={t`Practise with the sandbox`}
      button={t`Sell the three services`}
      act={act}
      onClose={onClose}
    >
      <p>
        <Trans>
          Three services are made that the sandbox does at once: two checks and an unlock. Nothing is bought
          anywhere, and results say that they are not real. Switch them off when you have real ones.
        </Trans>
      </p>
      <TextInput
        field="currency"
        label={t`Currency that you sell in`}
        description={t`Three letters, such as USD or IDR. Others can follow.`}
        value={currency}
        onChange={({ currentTarget }) => setCurrency(currentTarget.value.toUpperCase())}
        required
        minLength={3}
        maxLength={3}
        w={200}
        data-autofocus
      />
    </ActDialog>
  )
}
