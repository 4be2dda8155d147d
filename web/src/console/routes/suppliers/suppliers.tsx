import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Table } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount, money } from '../../../kit/amount.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { readSuppliers, type Supplier } from './supplier-data.ts'
import styles from './suppliers.module.css'
import { SwitchDialog } from './switch-dialog.tsx'

const TOPICS = ['suppliers']

/** SOON is in how many days a balance that ends is told of. */
const SOON = 3

/** `worst` puts those first that need somebody: paused, then those whose balance ends soonest. */
const worst = (a: Supplier, b: Supplier): number =>
  Number(b.enabled) - Number(a.enabled) ||
  Number(b.health.open) - Number(a.health.open) ||
  (a.health.days_left ?? 1e9) - (b.health.days_left ?? 1e9) ||
  a.name.localeCompare(b.name)

/** `Suppliers` lists who does the work, the worst first: whether items go there, and how long the balance lasts. */
export function Suppliers() {
  const { t } = useLingui()
  const may = useMay()
  const [asked, setAsked] = useState<Supplier>()
  const client = useQueryClient()
  const read = useQuery({ queryKey: ['suppliers'], queryFn: ({ signal }) => readSuppliers(signal) })
  useRefreshOn(TOPICS, ['suppliers'])
  const suppliers = read.data?.items.toSorted(worst) ?? []
  const seesBalances = may('costs.read')
  return (
    <Page
      title={t`Suppliers`}
      actions={
        may('suppliers.edit') && (
          <Button component={Link} to="/suppliers/new">
            <Trans>Add a supplier</Trans>
          </Button>
        )
      }
    >
      <FaultNote fault={read.error} onRetry={() => void read.refetch()} />
      {read.isPending && <Loading />}
      {read.data && suppliers.length === 0 && (
        <Empty
          action={
            may('suppliers.edit') && (
              <Button component={Link} to="/suppliers/new">
                <Trans>Add your first supplier</Trans>
              </Button>
            )
          }
        >
          <Trans>
            No suppliers yet. A supplier does the work of services; a sandbox, which answers by itself, is a
            good one to practise with.
          </Trans>
        </Empty>
      )}
      {suppliers.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled sideways is reached by keyboard, too.
        <section className={styles.scroll} tabIndex={0} aria-label={t`Suppliers, the worst first`}>
          <Table verticalSpacing={8}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Supplier`}</Table.Th>
                <Table.Th>{t`State`}</Table.Th>
                {seesBalances && <Table.Th ta="end">{t`Balance there`}</Table.Th>}
                <Table.Th ta="end">{t`Lasts`}</Table.Th>
                <Table.Th ta="end">{t`Open`}</Table.Th>
                <Table.Th ta="end">{t`Services`}</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">{t`Actions`}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {suppliers.map((one) => (
                <Row key={one.id} supplier={one} seesBalances={seesBalances} onSwitch={() => setAsked(one)} />
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
      {asked && (
        <SwitchDialog
          supplier={asked}
          onDone={() => void client.invalidateQueries({ queryKey: ['suppliers'] })}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Page>
  )
}

function Row({
  supplier,
  seesBalances,
  onSwitch,
}: {
  supplier: Supplier
  seesBalances: boolean
  onSwitch: () => void
}) {
  const { t } = useLingui()
  const may = useMay()
  const { id, name, kind, currency, enabled, health, open_items: open, routes } = supplier
  const days = health.days_left
  const test = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/suppliers/{supplier}/test', { params: { path: { supplier: String(id) } } }),
      ),
  })
  return (
    <Table.Tr>
      <Table.Td>
        <Link to="/suppliers/$supplier" params={{ supplier: String(id) } as never} className={styles.name}>
          {name}
        </Link>{' '}
        <span className="muted">{kind}</span>
      </Table.Td>
      <Table.Td>
        {!enabled ? (
          <Badge tone="off">{t`Off`}</Badge>
        ) : health.open ? (
          <>
            <Badge tone="needs">{t`Paused`}</Badge>{' '}
            <span className="muted">
              {health.reason ?? health.why} · <When at={health.opened_at} />
            </span>
          </>
        ) : (
          <Badge tone="done">{t`In use`}</Badge>
        )}
      </Table.Td>
      {seesBalances && (
        <Table.Td ta="end">
          <Amount value={health.balance} currency={currency} />
        </Table.Td>
      )}
      <Table.Td ta="end" className={days != null && days < SOON ? styles.soon : undefined}>
        {days == null ? (
          <span className="muted">–</span>
        ) : (
          <Plural value={Math.floor(days)} one="# day" other="# days" />
        )}
      </Table.Td>
      <Table.Td ta="end">{open}</Table.Td>
      <Table.Td ta="end">{routes}</Table.Td>
      <Table.Td>
        <Group gap="sm" justify="flex-end" wrap="nowrap">
          {may('suppliers.try') && (
            <Button
              size="compact-sm"
              variant="default"
              loading={test.isPending}
              aria-label={t`Test ${name}: asks for our account there, buys nothing`}
              onClick={() => test.mutate()}
            >
              <Trans>Test</Trans>
            </Button>
          )}
          {may('suppliers.edit') && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={enabled ? t`Switch off ${name}` : t`Switch on ${name}`}
              onClick={onSwitch}
            >
              {enabled ? <Trans>Switch off</Trans> : <Trans>Switch on</Trans>}
            </Button>
          )}
        </Group>
        <div role="status" className={styles.tested}>
          {test.data?.ok &&
            (test.data.account?.balance != null && test.data.account.currency != null
              ? t`It works: ${money(test.data.account.balance, test.data.account.currency)} there.`
              : t`It works.`)}
          {test.data && !test.data.ok && <span className={styles.soon}>{test.data.problem}</span>}
        </div>
        <FaultNote fault={test.error} />
      </Table.Td>
    </Table.Tr>
  )
}
