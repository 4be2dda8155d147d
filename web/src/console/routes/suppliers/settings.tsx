import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { isOvertaken } from '../../../kit/faults.ts'
import { AtFields, Textarea, TextInput } from '../../../kit/inputs.tsx'
import { givenFields, KindFields, type KindValues, secretsOf } from '../../../kit/kind-fields.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { coinOf, readMoney } from '../../../kit/read-amount.ts'
import { useMay } from '../../../kit/session.tsx'
import { Unsaved } from '../../../kit/unsaved.tsx'
import { History } from '../../history.tsx'
import { Overtaken, useRace } from '../../overtaken.tsx'
import styles from './supplier.module.css'
import { supplierQuery, useSupplierKinds } from './supplier-data.ts'
import { Tested, useTest } from './test-supplier.tsx'

/** NOT_EDITED are values that change by themselves. */
const NOT_EDITED = ['health', 'open_items', 'secrets']

/** `Settings` changes what a supplier is called with: only what was touched is sent, and secrets are written and never shown. */
export function Settings() {
  const { t } = useLingui()
  const { supplier: id = '' } = useParams({ strict: false }) as { supplier?: string }
  const { data: supplier } = useSuspenseQuery(supplierQuery(id))
  const kinds = useSupplierKinds()
  const client = useQueryClient()
  const may = useMay()
  const test = useTest()
  const [texts, setTexts] = useState<Record<string, string>>({})
  const [shows, setShows] = useState<boolean>()
  const [keeps, setKeeps] = useState<boolean>()
  const [values, setValues] = useState<KindValues>({})
  const kind = kinds.data?.items.find((one) => one.kind === supplier.kind)
  const isTouched =
    Object.keys(texts).length + Object.keys(values).length > 0 || shows !== undefined || keeps !== undefined
  const low = texts['low_balance']
  const mark = low === undefined ? undefined : readMoney(low, coinOf(supplier.currency))
  const number = (text: string) => (text.trim() === '' ? null : Number(text))
  const draft = {
    ...('name' in texts && { name: texts['name']?.trim() }),
    ...('url' in texts && { url: texts['url']?.trim() }),
    ...('currency' in texts && { currency: texts['currency']?.trim().toUpperCase() }),
    ...('concurrency' in texts && { concurrency: Number(texts['concurrency']) }),
    ...('rate_per_second' in texts && { rate_per_second: number(texts['rate_per_second'] ?? '') }),
    ...('top_up_url' in texts && { top_up_url: texts['top_up_url']?.trim() || null }),
    ...('top_up_note' in texts && { top_up_note: texts['top_up_note']?.trim() || null }),
    ...(mark !== undefined && { low_balance: mark }),
    ...(shows !== undefined && { shows_reasons: shows }),
    ...(keeps !== undefined && { keeps_exchanges: keeps }),
    ...givenFields(kind?.fields ?? [], values),
  }
  const drop = () => {
    setTexts({})
    setShows(undefined)
    setKeeps(undefined)
    setValues({})
  }
  const race = useRace(supplier, () => client.fetchQuery({ ...supplierQuery(id), staleTime: 0 }), isTouched)
  const save = useMutation({
    mutationFn: () =>
      race.send((version) =>
        dataOf(
          api.PATCH('/api/operator/suppliers/{supplier}', {
            params: { path: { supplier: id }, header: { 'if-match': version } },
            body: draft as never,
          }),
        ),
      ),
    onSuccess: async () => {
      drop()
      notifications.show({ message: t`The settings are saved.` })
      await client.invalidateQueries({ queryKey: ['suppliers'] })
    },
  })
  if (!may('suppliers.edit'))
    return (
      <p>
        <Trans>
          Your role may not change suppliers: it lacks <span className="code">suppliers.edit</span>.
        </Trans>
      </p>
    )
  const health = supplier.health as { low_balance?: string | null }
  const present: Record<string, unknown> = {
    ...supplier,
    low_balance: supplier.low_balance ?? health.low_balance,
  }
  const text = (name: string) => ({
    value: texts[name] ?? String(present[name] ?? ''),
    onChange: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) =>
      setTexts({ ...texts, [name]: currentTarget.value }),
    field: name,
    autoComplete: 'off',
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (low !== undefined && mark === undefined) return
    test.reset()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className={styles.narrow}>
      <Unsaved isChanged={isTouched} />
      <AtFields fault={save.error}>
        <Stack>
          <TextInput
            label={t`Name`}
            description={t`What you call it. Resellers never see it.`}
            required
            maxLength={100}
            {...text('name')}
          />
          {kind?.has_url && (
            <TextInput
              type="url"
              label={t`Address`}
              description={t`Where it is. With another address the secrets go there, too.`}
              required
              {...text('url')}
            />
          )}
          <CurrencyInput
            label={t`Currency`}
            description={t`Of its costs and of our balance there.`}
            required
            minLength={3}
            {...text('currency')}
          />
          {kinds.isPending && <Loading rows={3} />}
          {kind && (
            <KindFields
              fields={kind.fields}
              values={values}
              present={supplier.settings as Record<string, unknown>}
              isSet={supplier.secrets as Record<string, unknown> | null}
              fault={save.error}
              onChange={setValues}
            />
          )}
          <TextInput
            label={t`Calls at a time`}
            description={t`In each process, from 1 to 1,000.`}
            inputMode="numeric"
            pattern="[0-9]+"
            required
            w={160}
            {...text('concurrency')}
          />
          <TextInput
            label={t`Calls begun in a second`}
            description={t`In each process; empty: no limit.`}
            inputMode="numeric"
            pattern="[0-9]*"
            w={160}
            {...text('rate_per_second')}
          />
          {may('costs.read') && (
            <AmountInput
              {...{ field: 'low_balance', coin: coinOf(supplier.currency), value: text('low_balance').value }}
              onValue={(low_balance) => setTexts({ ...texts, low_balance })}
              label={t`Low balance, in ${supplier.currency}`}
              description={t`Somebody is told when less is left there; empty: never.`}
              w={160}
            />
          )}
          <TextInput
            type="url"
            label={t`Page where you top up there`}
            description={t`Shown by Top up; empty: none.`}
            maxLength={500}
            {...text('top_up_url')}
          />
          <Textarea
            label={t`What there is to know of topping up there`}
            autosize
            minRows={2}
            maxLength={1000}
            {...text('top_up_note')}
          />
          <Switch
            label={t`Resellers read its words for a refusal`}
            description={t`Off: they read the service's own words, and never learn who the supplier is.`}
            checked={shows ?? supplier.shows_reasons === true}
            onChange={({ currentTarget }) => setShows(currentTarget.checked)}
          />
          <Switch
            label={t`Keep what is sent and received of every attempt`}
            description={t`Off: only where nobody can say what became of an item.`}
            checked={keeps ?? supplier.keeps_exchanges === true}
            onChange={({ currentTarget }) => setKeeps(currentTarget.checked)}
          />
          {race.now && isOvertaken(save.error) ? (
            <Overtaken
              {...{ base: race.base, now: race.now, draft, what: 'supplier', subject: id }}
              hidden={NOT_EDITED}
              isSaving={save.isPending}
              onMine={() => {
                if (low === undefined || mark !== undefined) save.mutate()
              }}
              onTheirs={(conflicting) => {
                setTexts(
                  Object.fromEntries(Object.entries(texts).filter(([name]) => !conflicting.includes(name))),
                )
                if (conflicting.includes('shows_reasons')) setShows(undefined)
                if (conflicting.includes('keeps_exchanges')) setKeeps(undefined)
                if (conflicting.includes('settings')) setValues(secretsOf(kind?.fields ?? [], values))
                race.settle()
                save.reset()
              }}
            />
          ) : (
            <FaultNote fault={save.error} untouched={t`Nothing was changed.`} />
          )}
          <Tested test={test} supplier={supplier} />
          <div className={styles.filters}>
            <Button type="submit" loading={save.isPending} disabled={!isTouched}>
              <Trans>Save</Trans>
            </Button>
            {may('suppliers.try') && (
              <Button
                variant="default"
                loading={test.isPending}
                disabled={isTouched}
                onClick={() => test.mutate(supplier.id)}
              >
                <Trans>Test</Trans>
              </Button>
            )}
          </div>
          <History what="supplier" subject={String(supplier.id)} />
        </Stack>
      </AtFields>
    </form>
  )
}
