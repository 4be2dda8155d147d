import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Icon } from '../../../identity/icons.tsx'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount } from '../../../kit/amount.tsx'
import { Select } from '../../../kit/choices.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { percentOf } from '../../../kit/numbers.ts'
import { PercentInput, readPercent } from '../../../kit/percent-input.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { ChangeDialog, type Round, Rounds } from '../../overtaken.tsx'
import { suppliersQuery } from '../../suppliers-query.ts'
import styles from './service.module.css'
import { routingWords, type Service } from './service-data.ts'

type Route = Service['routes'][number]

/** `Routes` are the suppliers that do a service, in order of preference. They are changed one by one, and at once. */
export function Routes({ service }: { service: Service }) {
  const { t, i18n } = useLingui()
  const may = useMay()
  const client = useQueryClient()
  const mayEdit = may('suppliers.edit')
  const [asked, setAsked] = useState<{ what: 'add' } | { what: 'change' | 'remove'; route: Route }>()
  const list = useRef<HTMLOListElement>(null)
  const focused = useRef<number>(undefined)
  const refresh = () => client.invalidateQueries({ queryKey: ['services'] })
  const moving = useMutation({
    mutationFn: ({ id, version, position }: { id: number; version: string; position: number }) =>
      dataOf(
        api.PATCH('/api/operator/routes/{id}', {
          params: { path: { id }, header: { 'if-match': `"${version}"` } },
          body: { position },
        } as never),
      ),
    onSettled: refresh,
  })
  const { routes } = service
  // The row that was moved keeps the focus where it stands now.
  useEffect(() => {
    if (focused.current === undefined || moving.isPending) return
    list.current?.querySelector<HTMLElement>(`[data-route="${focused.current}"]`)?.focus()
    focused.current = undefined
  })
  const move = ({ id, version }: Route, at: number, by: number) => {
    const position = at + 1 + by
    if (!mayEdit || moving.isPending || position < 1 || position > routes.length) return
    focused.current = id
    moving.mutate({ id, version, position })
  }
  const press = (event: KeyboardEvent, route: Route, at: number) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!event.altKey || by === undefined) return
    event.preventDefault()
    move(route, at, by)
  }
  return (
    <section className={styles.section} aria-labelledby="routes">
      <h2 id="routes">{t`Who does it`}</h2>
      <p className="muted">
        {service.processing === 'manual' ? (
          <Trans>A person does it by hand.</Trans>
        ) : (
          i18n._(routingWords[service.routing])
        )}
      </p>
      {routes.length === 0 && service.processing !== 'manual' && (
        <p className={styles.fault}>
          <Trans>Nobody: it is not sold before it has a route.</Trans>
        </p>
      )}
      <FaultNote fault={moving.error} untouched={<Trans>The order of the routes is unchanged.</Trans>} />
      <ol className={styles.fields} ref={list} aria-labelledby="routes">
        {routes.map((route, at) => {
          const called = `${route.supplier_name}${route.remote_service ? ` ${route.remote_service}` : ''}`
          return (
            <li
              key={route.id}
              className={styles.route}
              data-route={route.id}
              tabIndex={mayEdit ? 0 : undefined}
              onKeyDown={(event) => press(event, route, at)}
            >
              <span className={styles.routeName}>
                <span className="muted">{at + 1}</span>{' '}
                <Link to="/suppliers/$supplier" params={{ supplier: route.supplier_name }}>
                  {route.supplier_name}
                </Link>{' '}
                <span className="code muted">{route.remote_service}</span>
              </span>
              {route.works ? (
                <Badge tone="done">{t`Works`}</Badge>
              ) : (
                <Badge tone="failed">
                  {route.available === false ? t`Not in its list` : t`Supplier is off`}
                </Badge>
              )}
              {route.cost !== undefined && (
                <span>
                  <Amount value={route.cost} currency={route.currency} />{' '}
                  {route.margin_floor !== '0' && (
                    <span className="muted">{t`keeps ${{ floor: percentOf(route.margin_floor ?? '0') }}`}</span>
                  )}
                </span>
              )}
              {mayEdit && (
                <span className={styles.fieldButtons}>
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={t`Change ${{ called }}`}
                    onClick={() => setAsked({ what: 'change', route })}
                  >
                    <Trans>Change…</Trans>
                  </Button>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={at === 0}
                    aria-label={t`Move ${called} up`}
                    onClick={() => move(route, at, -1)}
                  >
                    ↑
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={at === routes.length - 1}
                    aria-label={t`Move ${called} down`}
                    onClick={() => move(route, at, 1)}
                  >
                    ↓
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t`Remove ${{ name: called }}`}
                    onClick={() => setAsked({ what: 'remove', route })}
                  >
                    <Icon name="close" size={16} />
                  </ActionIcon>
                </span>
              )}
            </li>
          )
        })}
      </ol>
      {mayEdit && (
        <div>
          <Button variant="default" size="compact-md" onClick={() => setAsked({ what: 'add' })}>
            <Trans>Add a route…</Trans>
          </Button>
        </div>
      )}
      {asked?.what === 'add' && (
        <AddRoute service={service} onDone={() => void refresh()} onClose={() => setAsked(undefined)} />
      )}
      {asked?.what === 'change' && (
        <Rounds present={asked.route}>
          {(round) => (
            <ChangeRoute
              round={round}
              onDone={() => void refresh()}
              onClose={() => {
                setAsked(undefined)
                void refresh()
              }}
            />
          )}
        </Rounds>
      )}
      {asked?.what === 'remove' && (
        <ActDialog
          title={t`Remove ${{ name: asked.route.supplier_name }}?`}
          button={t`Remove the route`}
          isDangerous
          untouched={<Trans>The route is still there.</Trans>}
          needsReason
          reasons={[t`It costs too much`, t`It does not work`, t`The supplier does it no more`]}
          act={({ key, why }) =>
            dataOf(
              api.DELETE('/api/operator/routes/{id}', {
                params: {
                  path: { id: asked.route.id },
                  query: { why },
                  header: { 'idempotency-key': key },
                },
              }),
            )
          }
          onDone={() => void refresh()}
          onClose={() => setAsked(undefined)}
        >
          <Trans>
            Nothing more is sent this way. What was sent to {asked.route.supplier_name} is finished and
            charged as usual.
          </Trans>
        </ActDialog>
      )}
    </section>
  )
}

/** Written is what a person says of a route. */
type Written = Record<'remote_service' | 'margin_floor', string>

/** `RouteFields` are the inputs for what a route is called there, and what must remain. */
function RouteFields({ form, onForm }: { form: Written; onForm: (form: Written) => void }) {
  const { t } = useLingui()
  const mayReadCosts = useMay()('costs.read')
  return (
    <>
      <TextInput
        field="remote_service"
        label={t`Its id there`}
        description={t`What the service is called at the supplier. Empty: it has but one.`}
        value={form.remote_service}
        onChange={({ currentTarget: { value } }) => onForm({ ...form, remote_service: value })}
        spellCheck={false}
      />
      {mayReadCosts && (
        <PercentInput
          field="margin_floor"
          label={t`Margin floor, in percent`}
          description={t`What must remain of the price, else nothing is sent this way. Empty: 0.`}
          value={form.margin_floor}
          onChange={({ currentTarget: { value } }) => onForm({ ...form, margin_floor: value })}
        />
      )}
    </>
  )
}

function AddRoute({ service, ...rest }: { service: Service; onDone: () => void; onClose: () => void }) {
  const { t } = useLingui()
  const suppliers = useQuery(suppliersQuery)
  const [supplier, setSupplier] = useState<string | null>(null)
  const [form, setForm] = useState<Written>({ remote_service: '', margin_floor: '' })
  const [remote, floor] = [form.remote_service.trim(), readPercent(form.margin_floor)]
  return (
    <ActDialog
      title={t`Add a route`}
      button={t`Add the route`}
      isReady={supplier !== null}
      untouched={<Trans>No route was added.</Trans>}
      act={({ key }) =>
        dataOf(
          api.POST('/api/operator/routes', {
            params: { header: { 'idempotency-key': key } },
            body: {
              ...{ service: service.code, supplier: supplier ?? '' },
              ...(remote !== '' && { remote_service: remote }),
              ...(floor !== undefined && { margin_floor: floor }),
            },
          }),
        )
      }
      {...rest}
    >
      <Stack>
        <Select
          field="supplier"
          label={t`Supplier`}
          data={suppliers.data?.items.map(({ id, name }) => ({ value: String(id), label: name })) ?? []}
          value={supplier}
          onChange={setSupplier}
          required
          data-autofocus
        />
        <RouteFields form={form} onForm={setForm} />
      </Stack>
    </ActDialog>
  )
}

/** FOLLOW are values of a route that follow from others. */
const FOLLOW = ['works', 'available', 'cost', 'waiting_cost']

/** `ChangeRoute` changes what a route is called at its supplier, and what must remain of the price. What is being done is finished where it was sent. */
function ChangeRoute({ round, ...rest }: { round: Round<Route>; onDone: () => void; onClose: () => void }) {
  const { t } = useLingui()
  const route = round.present
  const was: Written = { remote_service: route.remote_service ?? '', margin_floor: route.margin_floor ?? '' }
  const [form, setForm] = useState<Written>({ ...was, ...round.kept })
  const [remote, floor] = [form.remote_service.trim(), readPercent(form.margin_floor) ?? '0']
  const changes = {
    ...(remote !== was.remote_service && { remote_service: remote }),
    ...(floor !== was.margin_floor && { margin_floor: floor }),
  }
  return (
    <ChangeDialog
      round={round}
      read={() => dataOf(api.GET('/api/operator/routes/{id}', { params: { path: { id: route.id } } }))}
      what="route"
      subject={String(route.id)}
      hidden={FOLLOW}
      draft={changes}
      put={(version, key) =>
        dataOf(
          api.PATCH('/api/operator/routes/{id}', {
            params: { path: { id: route.id }, header: { 'if-match': version, 'idempotency-key': key } },
            body: changes,
          }),
        )
      }
      title={t`The route to ${route.supplier_name}`}
      button={t`Save the route`}
      isReady={Object.keys(changes).length > 0}
      untouched={<Trans>The route is as it was.</Trans>}
      {...rest}
    >
      <Stack>
        <p className="muted">
          <Trans>What has been sent is finished where it is. What is sent from now on follows this.</Trans>
        </p>
        <RouteFields form={form} onForm={setForm} />
      </Stack>
    </ChangeDialog>
  )
}
