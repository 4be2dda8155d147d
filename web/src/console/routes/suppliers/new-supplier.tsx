import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { AtFields, NativeSelect, TextInput } from '../../../kit/inputs.tsx'
import { givenFields, KindFields, type KindValues } from '../../../kit/kind-fields.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { type Supplier, useSupplierKinds } from './supplier-data.ts'
import styles from './suppliers.module.css'
import { Tested, useTest } from './test-supplier.tsx'

/** `NewSupplier` adds a supplier, and asks it for our account at once: what is wrong is mended in the same form. */
export function NewSupplier() {
  const { t } = useLingui()
  const may = useMay()
  const client = useQueryClient()
  const kinds = useSupplierKinds()
  const [kindName, setKind] = useState('dhru')
  const [common, setCommon] = useState({ name: '', url: '', currency: 'USD' })
  const [values, setValues] = useState<KindValues>({})
  const [made, setMade] = useState<Supplier>()
  // A lost answer is asked for again by the same key; another text in the form is another request.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const test = useTest()
  const kind = kinds.data?.items.find(({ kind: one }) => one === kindName)
  const write = (changed: Partial<typeof common>) => {
    setCommon({ ...common, ...changed })
    setKey(crypto.randomUUID())
  }
  const save = useMutation({
    mutationFn: async () => {
      const { name, url, currency } = common
      const given = {
        name: name.trim(),
        currency,
        ...givenFields(kind?.fields ?? [], values),
        ...(kind?.has_url && { url: url.trim() }),
      }
      if (made) {
        const header = { 'if-match': made.version, 'idempotency-key': crypto.randomUUID() }
        return await dataOf(
          api.PATCH('/api/operator/suppliers/{supplier}', {
            params: { path: { supplier: String(made.id) }, header },
            body: given,
          }),
        )
      }
      return await dataOf(
        api.POST('/api/operator/suppliers', {
          params: { header: { 'idempotency-key': key } },
          body: { kind: kindName, ...given },
        }),
      )
    },
    onSuccess: async (saved) => {
      setMade(saved)
      await client.invalidateQueries({ queryKey: ['suppliers'] })
      if (may('suppliers.try')) test.mutate(saved.id)
    },
    onError: () => setKey(crypto.randomUUID()),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    test.reset()
    save.mutate()
  }
  const isGood = test.data?.ok === true
  if (!may('suppliers.edit'))
    return (
      <Page title={t`Add a supplier`}>
        <p>
          <Trans>
            Your role may not add suppliers: it lacks <span className="code">suppliers.edit</span>.
          </Trans>
        </p>
      </Page>
    )
  return (
    <Page title={t`Add a supplier`} narrow>
      <FaultNote fault={kinds.error} onRetry={() => void kinds.refetch()} />
      {kinds.isPending && <Loading rows={5} />}
      {kind && (
        <form onSubmit={submit}>
          <AtFields fault={save.error}>
            <Stack>
              <NativeSelect
                field="kind"
                label={t`Kind`}
                description={t`How it is spoken to. It cannot be changed later.`}
                data={kinds.data?.items.map(({ kind: value, label }) => ({ value, label })) ?? []}
                value={kindName}
                disabled={made !== undefined}
                onChange={({ currentTarget }) => {
                  setKind(currentTarget.value)
                  setValues({})
                  setKey(crypto.randomUUID())
                }}
              />
              <TextInput
                field="name"
                label={t`Name`}
                description={t`What you call it. Resellers never see it.`}
                value={common.name}
                onChange={({ currentTarget }) => write({ name: currentTarget.value })}
                required
                maxLength={100}
                autoComplete="off"
              />
              {kind.has_url && (
                <TextInput
                  field="url"
                  type="url"
                  label={t`Address`}
                  description={t`Where it is, such as https://panel.example`}
                  value={common.url}
                  onChange={({ currentTarget }) => write({ url: currentTarget.value })}
                  required
                  autoComplete="off"
                />
              )}
              <CurrencyInput
                field="currency"
                label={t`Currency`}
                description={t`Of its costs and of our balance there.`}
                value={common.currency}
                onChange={({ currentTarget }) => write({ currency: currentTarget.value.toUpperCase() })}
                required
                minLength={3}
              />
              <KindFields
                fields={kind.fields}
                values={values}
                present={made?.settings as Record<string, unknown> | undefined}
                isSet={made?.secrets as Record<string, unknown> | undefined}
                fault={save.error}
                onChange={(next) => {
                  setValues(next)
                  setKey(crypto.randomUUID())
                }}
              />
              <FaultNote
                fault={save.error}
                untouched={made ? t`The supplier is unchanged.` : t`No supplier was added.`}
              />
              <Tested test={test} supplier={made} />
              <Group>
                {isGood && made ? (
                  <>
                    {kind.has_services && may('suppliers.sync') && may('prices.edit') && (
                      <Button
                        component={Link}
                        to="/suppliers/$supplier/import"
                        params={{ supplier: String(made.id) } as never}
                      >
                        <Trans>Choose what to import</Trans>
                      </Button>
                    )}
                    <Button
                      component={Link}
                      variant="default"
                      to="/suppliers/$supplier"
                      params={{ supplier: String(made.id) } as never}
                    >
                      <Trans>Open the supplier</Trans>
                    </Button>
                  </>
                ) : (
                  <>
                    <Button type="submit" loading={save.isPending || test.isPending}>
                      {made ? <Trans>Save and test again</Trans> : <Trans>Add and test</Trans>}
                    </Button>
                    {made && (
                      <Button
                        component={Link}
                        variant="default"
                        to="/suppliers/$supplier"
                        params={{ supplier: String(made.id) } as never}
                      >
                        <Trans>Leave it for later</Trans>
                      </Button>
                    )}
                  </>
                )}
              </Group>
              <p className={styles.note}>
                <Trans>
                  Testing asks for our account there and buys nothing. Nothing is sent to the supplier before
                  a service has a route to it.
                </Trans>
              </p>
            </Stack>
          </AtFields>
        </form>
      )}
    </Page>
  )
}
