import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { NativeSelect, TextInput } from '../../../kit/inputs.tsx'
import { givenFields, KindFields, type KindValues, secretsOf } from '../../../kit/kind-fields.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { percentOf } from '../../../kit/numbers.ts'
import { Page } from '../../../kit/page.tsx'
import { PercentInput, readPercent } from '../../../kit/percent-input.tsx'
import { type Coin, coinOf, readMoney } from '../../../kit/read-amount.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { History } from '../../history.tsx'
import { useKinds } from '../../kinds.ts'
import { ChangeDialog, type Round, Rounds } from '../../overtaken.tsx'
import { TestedWay, useWayTest } from './pay-in-test.tsx'
import styles from './settings.module.css'

const KEY = ['deposit-providers']

const readWays = (signal: AbortSignal) => dataOf(api.GET('/api/operator/deposit-providers', { signal }))
type Way = Awaited<ReturnType<typeof readWays>>['items'][number]
const readKinds = (signal: AbortSignal) => dataOf(api.GET('/api/operator/gateway-kinds', { signal }))
type Kind = Awaited<ReturnType<typeof readKinds>>['items'][number]

type Doing = { what: 'new' } | { what: 'change' | 'switch'; way: Way }

/** `PayInSettings` are the ways by which resellers pay in. */
export function PayInSettings() {
  const { t } = useLingui()
  const may = useMay()
  const client = useQueryClient()
  const [doing, setDoing] = useState<Doing>()
  const ways = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readWays(signal) })
  const kinds = useKinds('gateway', readKinds)
  const test = useWayTest()
  const mayEdit = may('settings.edit')
  const known = kinds.data?.items ?? []
  const labelOf = ({ kind }: Way) => known.find((one) => one.kind === kind)?.label ?? kind
  const done = () => void client.invalidateQueries({ queryKey: KEY })
  const close = () => setDoing(undefined)
  const add = mayEdit && (
    <Button onClick={() => setDoing({ what: 'new' })} disabled={known.length === 0}>
      <Trans>New way to pay in…</Trans>
    </Button>
  )
  return (
    <Page title={t`Ways to pay in`} actions={ways.data && ways.data.items.length > 0 && add}>
      <p className={styles.lead}>
        <Trans>
          Resellers see those of their currency, with their fees. A deposit that has begun keeps what it said.
        </Trans>
      </p>
      <FaultNote
        fault={ways.error ?? kinds.error}
        onRetry={() => void Promise.all([ways.refetch(), kinds.refetch()])}
      />
      {ways.isPending && <Loading rows={4} />}
      {ways.data?.items.length === 0 && (
        <Empty action={add}>
          <Trans>Nobody can pay in by themselves yet. A bank account is the simplest way to begin.</Trans>
        </Empty>
      )}
      {ways.data && ways.data.items.length > 0 && (
        <ul className={styles.rows} aria-label={t`Ways to pay in`}>
          {ways.data.items.map((way) => (
            <li key={way.code}>
              <div>
                <div>
                  <strong>{way.name}</strong> <span className="code">{way.code}</span>{' '}
                  {way.enabled ? <Badge tone="done">{t`In use`}</Badge> : <Badge tone="off">{t`Off`}</Badge>}
                </div>
                <div className="muted">
                  {labelOf(way)}&nbsp;· {way.currency}&nbsp;· <Terms way={way} />
                </div>
                {way.hook !== null && (
                  <div className="muted">
                    <Trans>
                      Told of payments at <span className="code">{way.hook}</span>
                    </Trans>
                  </div>
                )}
              </div>
              {mayEdit && (
                <div className={styles.buttons}>
                  {way.hook !== null && (
                    <Button
                      size="compact-md"
                      variant="default"
                      onClick={() => test.mutate(way.code)}
                      loading={test.isPending && test.variables === way.code}
                      aria-label={t`Test ${{ name: way.name }}`}
                    >
                      <Trans>Test</Trans>
                    </Button>
                  )}
                  <Button
                    size="compact-md"
                    variant="default"
                    onClick={() => setDoing({ what: 'change', way })}
                    disabled={known.length === 0}
                    aria-label={t`Change ${way.name}`}
                  >
                    <Trans>Change…</Trans>
                  </Button>
                  <Button
                    size="compact-md"
                    variant="default"
                    onClick={() => setDoing({ what: 'switch', way })}
                    aria-label={
                      way.enabled ? t`Switch off ${{ name: way.name }}` : t`Switch on ${{ name: way.name }}`
                    }
                  >
                    {way.enabled ? <Trans>Switch off…</Trans> : <Trans>Switch on…</Trans>}
                  </Button>
                </div>
              )}
              {test.variables === way.code && (
                <TestedWay
                  test={test}
                  name={way.name}
                  fields={known.find(({ kind }) => kind === way.kind)?.fields ?? []}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      <History
        what="deposit provider"
        nameOf={(id) => ways.data?.items.find((way) => String(way.id) === id)?.name}
      />
      {doing?.what === 'new' && <NewWay kinds={known} onDone={done} onClose={close} />}
      {doing?.what === 'change' && (
        <ChangeWay
          way={doing.way}
          kind={known.find(({ kind }) => kind === doing.way.kind)}
          onDone={done}
          onClose={close}
        />
      )}
      {doing?.what === 'switch' && <SwitchWay way={doing.way} onDone={done} onClose={close} />}
    </Page>
  )
}

/** `Terms` says what a way takes, and what it costs. */
function Terms({ way }: { way: Way }) {
  const { t } = useLingui()
  const { currency, min_amount: least, max_amount: most, fee_percent: percent, fee_flat: flat } = way
  const bounds =
    most === null
      ? t`from ${money(least, currency)}`
      : t`${money(least, currency)} to ${money(most, currency)}`
  const fee = t`fee ${{ percent: percentOf(percent) }} and ${money(flat, currency)}`
  return /[1-9]/.test(`${percent} ${flat}`) ? `${bounds}\u00A0· ${fee}` : `${bounds}\u00A0· ${t`no fee`}`
}

interface Closing {
  onDone: () => void
  onClose: () => void
}

/** Terms of a way, as they are typed. */
interface Draft {
  name: string
  min_amount: string
  max_amount: string
  fee_percent: string
  fee_flat: string
}

const noTerms: Draft = { name: '', min_amount: '', max_amount: '', fee_percent: '', fee_flat: '' }

/** `readTerms` gives terms as they are sent, by the currency of the way; undefined: one of them is no amount, or may be two. */
function readTerms(draft: Draft, begun: Draft, coin: Coin): Draft | undefined {
  const read = { ...draft, fee_percent: readPercent(draft.fee_percent) ?? '' }
  for (const name of ['min_amount', 'max_amount', 'fee_flat'] as const) {
    // What it was stays as it was written.
    const amount = draft[name] === begun[name] ? draft[name] : readMoney(draft[name], coin)
    if (amount === undefined) return undefined
    read[name] = amount ?? ''
  }
  return read
}

function TermFields({
  draft,
  coin,
  onChange,
}: {
  draft: Draft
  coin: Coin
  onChange: (draft: Draft) => void
}) {
  const { t } = useLingui()
  const amount = (name: 'min_amount' | 'max_amount' | 'fee_flat', label: string, description: string) => (
    <AmountInput
      {...{ field: name, label, description, coin, value: draft[name] }}
      onValue={(text) => onChange({ ...draft, [name]: text })}
    />
  )
  return (
    <>
      <TextInput
        field="name"
        label={t`Name`}
        description={t`What payers read`}
        value={draft.name}
        onChange={({ currentTarget }) => onChange({ ...draft, name: currentTarget.value })}
        required
        maxLength={100}
      />
      {amount('min_amount', t`Least amount`, t`That is credited at a time; empty: one of the smallest coin`)}
      {amount('max_amount', t`Largest amount`, t`Empty: no bound`)}
      <PercentInput
        field="fee_percent"
        label={t`Fee in percent`}
        description={t`Of what is credited, paid on top of it`}
        value={draft.fee_percent}
        onChange={({ currentTarget }) => onChange({ ...draft, fee_percent: currentTarget.value })}
        maxLength={100}
      />
      {amount('fee_flat', t`Fixed fee`, t`Paid on top, too`)}
    </>
  )
}

function NewWay({ kinds, onDone, onClose }: Closing & { kinds: readonly Kind[] }) {
  const { t } = useLingui()
  const [chosen, setChosen] = useState(kinds[0]?.kind ?? '')
  const kind = kinds.find((one) => one.kind === chosen)
  const [values, setValues] = useState<KindValues>({})
  const [code, setCode] = useState('')
  const [currency, setCurrency] = useState('')
  const [draft, setDraft] = useState(noTerms)
  const choose = (name: string) => {
    setChosen(name)
    setValues({})
  }
  const coin = coinOf(currency.trim().toUpperCase())
  const terms = readTerms(draft, noTerms, coin)
  const given = Object.fromEntries(
    Object.entries(terms ?? noTerms)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  )
  return (
    <ActDialog
      title={t`New way to pay in`}
      button={t`Add the way to pay in`}
      isReady={terms !== undefined}
      untouched={<Trans>Nothing was added.</Trans>}
      act={({ key }) =>
        dataOf(
          api.POST('/api/operator/deposit-providers', {
            params: { header: { 'idempotency-key': key } },
            body: {
              ...{ kind: chosen, code: code.trim(), currency: currency.trim().toUpperCase() },
              ...given,
              name: draft.name.trim(),
              ...givenFields(kind?.fields ?? [], values),
            },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      {(fault) => (
        <Stack>
          <p style={{ margin: 0 }}>
            <Trans>
              Resellers of its currency see it at once. Secrets are kept sealed, and are not shown again.
            </Trans>
          </p>
          <NativeSelect
            field="kind"
            label={t`Kind`}
            data={kinds.map((one) => ({ value: one.kind, label: one.label }))}
            value={chosen}
            onChange={({ currentTarget }) => choose(currentTarget.value)}
          />
          <TextInput
            field="code"
            label={t`Code`}
            description={t`What programs name it by: small letters, digits and dashes; it stays`}
            value={code}
            onChange={({ currentTarget }) => setCode(currentTarget.value)}
            maxLength={32}
            required
          />
          <CurrencyInput
            field="currency"
            label={t`Currency`}
            description={t`Only resellers in it see this way; it stays`}
            value={currency}
            onChange={({ currentTarget }) => setCurrency(currentTarget.value)}
            required
          />
          <TermFields {...{ draft, coin, onChange: setDraft }} />
          <KindFields fields={kind?.fields ?? []} values={values} fault={fault} onChange={setValues} />
        </Stack>
      )}
    </ActDialog>
  )
}

const termsOf = (way: Way): Draft => ({
  ...{ name: way.name, min_amount: way.min_amount, max_amount: way.max_amount ?? '' },
  ...{ fee_percent: way.fee_percent, fee_flat: way.fee_flat },
})

function ChangeWay({ way, kind, ...closing }: Closing & { way: Way; kind: Kind | undefined }) {
  const fields = kind?.fields ?? []
  const [values, setValues] = useState<KindValues>({})
  return (
    <Rounds present={way}>
      {(round) => (
        <ChangeForm
          {...{ fields, values, setValues, ...closing }}
          round={{
            ...round,
            next: (kept, now) => {
              if (!('settings' in kept)) setValues(secretsOf(fields, values))
              round.next(kept, now)
            },
          }}
        />
      )}
    </Rounds>
  )
}

function ChangeForm({
  round,
  fields,
  values,
  setValues,
  onDone,
  onClose,
}: Closing & {
  round: Round<Way>
  fields: Kind['fields']
  values: KindValues
  setValues: (values: KindValues) => void
}) {
  const { t } = useLingui()
  const way = round.present
  const terms = termsOf(way)
  const [draft, setDraft] = useState(() => termsOf({ ...way, ...round.kept }))
  const coin = coinOf(way.currency)
  const read = readTerms(draft, terms, coin)
  const typed = read ?? terms
  const changed = Object.fromEntries(
    (Object.keys(typed) as (keyof Draft)[])
      .filter((name) => typed[name] !== terms[name])
      .map((name) => [name, name === 'max_amount' && typed[name].trim() === '' ? null : typed[name].trim()]),
  )
  const body = { ...changed, ...givenFields(fields, values) }
  const path = { code: way.code }
  return (
    <ChangeDialog
      round={round}
      read={() => dataOf(api.GET('/api/operator/deposit-providers/{code}', { params: { path } }))}
      what="deposit provider"
      subject={String(way.id)}
      draft={body}
      put={(version, key) =>
        dataOf(
          api.PATCH('/api/operator/deposit-providers/{code}', {
            params: { header: { 'idempotency-key': key, 'if-match': version }, path },
            body,
          }),
        )
      }
      isReady={read !== undefined}
      title={t`Change ${way.name}`}
      button={t`Change ${way.name}`}
      untouched={<Trans>Nothing was changed.</Trans>}
      onDone={onDone}
      onClose={onClose}
    >
      {(fault) => (
        <Stack>
          <p style={{ margin: 0 }}>
            <Trans>
              It counts for deposits that begin from now on. Those that have begun keep what they said.
            </Trans>
          </p>
          <TermFields {...{ draft, coin, onChange: setDraft }} />
          <KindFields
            fields={fields}
            values={values}
            present={way.settings}
            isSet={way.has_secrets}
            fault={fault}
            onChange={setValues}
          />
        </Stack>
      )}
    </ChangeDialog>
  )
}

function SwitchWay({ way, onDone, onClose }: Closing & { way: Way }) {
  const { t } = useLingui()
  const { code, name, enabled } = way
  return (
    <ActDialog
      title={enabled ? t`Switch off ${name}?` : t`Switch on ${name}?`}
      button={enabled ? t`Switch off ${name}` : t`Switch on ${name}`}
      untouched={<Trans>Nothing was changed.</Trans>}
      isDangerous={enabled}
      needsReason={enabled}
      reasons={enabled ? [t`Not used any more`, t`It does not work`] : []}
      act={({ key, why }) => {
        const params = { header: { 'idempotency-key': key }, path: { code } }
        return enabled
          ? dataOf(api.POST('/api/operator/deposit-providers/{code}/disable', { params, body: { why } }))
          : dataOf(api.POST('/api/operator/deposit-providers/{code}/enable', { params }))
      }}
      onDone={onDone}
      onClose={onClose}
    >
      {enabled ? (
        <Trans>
          No deposit begins with it any more. Those that have begun can still be paid and credited.
        </Trans>
      ) : (
        <Trans>Resellers see it again, and can pay in by it.</Trans>
      )}
    </ActDialog>
  )
}
