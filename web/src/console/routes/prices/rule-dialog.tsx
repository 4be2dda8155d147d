import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, SegmentedControl, SimpleGrid, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { isZero } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { Select } from '../../../kit/choices.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { AtFields } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { PercentInput, readPercent } from '../../../kit/percent-input.tsx'
import { type Coin, readAmount, smallestOf } from '../../../kit/read-amount.ts'
import styles from './prices.module.css'
import {
  audienceOf,
  columnKey,
  type PriceColumn,
  type PriceRow,
  type PriceRule,
  ruleFor,
  type Scope,
} from './use-price-grid.ts'

interface DialogProps {
  column: PriceColumn
  label: string
  coin: Coin
  /** `columns` are those that the change may be made of at once, that of the dialog among them; left out: of no other. */
  columns?: readonly PriceColumn[]
  onPlan: (id: number) => void
  onClose: () => void
}

/** `usePlan` makes a plan, and leads to it. */
function usePlan(onPlan: (id: number) => void) {
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const make = async (input: Record<string, unknown>) => {
    setBusy(true)
    setFault(undefined)
    try {
      onPlan((await dataOf(api.POST('/api/operator/plans', { body: { kind: 'prices', input } }))).id)
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, fault, make }
}

/** `Columns` chooses whose prices are changed, all of them at once, too. */
function Columns({
  columns,
  chosen,
  onChoose,
}: {
  columns: readonly PriceColumn[]
  chosen: readonly string[]
  onChoose: (chosen: string[]) => void
}) {
  const { t } = useLingui()
  if (columns.length < 2) return null
  const keys = columns.map(columnKey)
  return (
    <fieldset className={styles.columns}>
      <legend>{t`Whose prices`}</legend>
      <Checkbox
        label={t`All of them`}
        checked={chosen.length === keys.length}
        indeterminate={chosen.length > 0 && chosen.length < keys.length}
        onChange={({ currentTarget }) => onChoose(currentTarget.checked ? keys : [])}
      />
      {columns.map((one) => {
        const own = columnKey(one)
        return (
          <Checkbox
            key={own}
            label={one.username ?? one.group ?? t`Everyone`}
            checked={chosen.includes(own)}
            onChange={({ currentTarget }) =>
              // In the order of the columns.
              onChoose(keys.filter((key) => (key === own ? currentTarget.checked : chosen.includes(key))))
            }
          />
        )
      })}
    </fieldset>
  )
}

/** `useAmounts` keeps the amounts that somebody types, and gives them as decimals; `isWrong`: one is no amount, or may be two. */
function useAmounts<Name extends string>(begin: Readonly<Record<Name, string>>, coin: Coin) {
  const [texts, setTexts] = useState(begin)
  const read = (name: Name) => readAmount(texts[name], coin)
  return {
    field: (name: Name) => ({
      ...{ field: name, coin, value: texts[name], read: readAmount },
      onValue: (text: string) => setTexts((now) => ({ ...now, [name]: text })),
    }),
    decimal: (name: Name): string | undefined => read(name) ?? undefined,
    isWrong: (Object.keys(texts) as Name[]).some((name) => read(name) === undefined),
  }
}

/** ALL is the choice of all groups of services; no group is called so. */
const ALL = ''

/** SCOPES are what a rule is for, the widest first. */
const SCOPES = ['all', 'group', 'service'] as const

/**
 * `RuleDialog` says how the prices of a column follow from costs, or from everyone's prices: of all services, a group, or one. It begins with the rule
 * that there is. `rows`, left out: what the rule is for cannot be chosen.
 */
export function RuleDialog({
  scope: begin,
  rows,
  rules,
  ...props
}: DialogProps & {
  scope: Scope
  rows?: readonly PriceRow[] | undefined
  rules: readonly PriceRule[]
}) {
  const { t } = useLingui()
  const { label, column, onClose } = props
  const [scope, setScope] = useState(begin)
  const kept = ruleFor(rules, column, scope)
  const words = { all: t`All services`, group: t`A group`, service: t`One service` }
  return (
    <Dialog opened onClose={onClose} title={t`A rule for ${label}, ${column.currency}`}>
      <Stack>
        {rows ? (
          <>
            <SegmentedControl
              aria-label={t`Services that the rule is for`}
              value={scope.of}
              onChange={(of) => setScope({ ...scope, of: of as Scope['of'] })}
              data={SCOPES.map((value) => ({ value, label: words[value] }))}
            />
            {scope.of === 'group' && (
              <Select
                field="service_group"
                label={t`Group of services`}
                value={scope.group}
                data={[...new Set(rows.map(({ group }) => group))]}
                allowDeselect={false}
                searchable
                onChange={(group) => group !== null && setScope({ ...scope, group })}
              />
            )}
            {scope.of === 'service' && (
              <Select
                field="service"
                label={t`Service`}
                value={String(scope.service)}
                data={rows.map(({ id, name, code }) => ({ value: String(id), label: `${name} · ${code}` }))}
                allowDeselect={false}
                searchable
                limit={100}
                onChange={(id) => id !== null && setScope({ ...scope, service: Number(id) })}
              />
            )}
          </>
        ) : (
          <p className={styles.plain}>
            {scope.of === 'all' && <Trans>For all services.</Trans>}
            {scope.of === 'group' && (
              <Trans>
                For the group <strong>{scope.group}</strong>.
              </Trans>
            )}
            {scope.of === 'service' && (
              <Trans>
                For the service <span className="code">{kept?.service_code}</span>.
              </Trans>
            )}
          </p>
        )}
        <RuleForm
          {...props}
          key={`${scope.of} ${scope.group} ${scope.service} ${kept?.id}`}
          {...{ scope, kept }}
        />
      </Stack>
    </Dialog>
  )
}

/** `RuleForm` is the rule of one scope; `kept` is the one that there is. */
function RuleForm({
  column,
  coin,
  scope,
  kept,
  onPlan,
  onClose,
}: Omit<DialogProps, 'label'> & { scope: Scope; kept: PriceRule | undefined }) {
  const { t } = useLingui()
  const { isBusy, fault, make } = usePlan(onPlan)
  const isEveryone = column.account === null && column.group === null
  const [of, setOf] = useState<string>(kept?.of ?? (isEveryone ? 'cost' : 'everyone'))
  const [percent, setPercent] = useState(kept?.percent ?? (isEveryone ? '25' : '-5'))
  const amounts = useAmounts(
    {
      fixed: kept && !isZero(kept.fixed) ? kept.fixed : '',
      round: kept && kept.round !== smallestOf(coin) ? kept.round : '',
      min_price: kept?.min_price ?? '',
    },
    coin,
  )
  const { currency } = column
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const rule = {
      ...{ ...audienceOf(column), currency, of, percent: readPercent(percent) ?? '0' },
      ...(scope.of === 'group' && { service_group: scope.group }),
      ...(scope.of === 'service' && { service: String(scope.service) }),
      ...{ fixed: amounts.decimal('fixed'), round: amounts.decimal('round') },
      min_price: amounts.decimal('min_price'),
    }
    void make({ rules: [rule] })
  }
  return (
    <form onSubmit={submit}>
      <AtFields fault={fault}>
        <Stack>
          {!isEveryone && (
            <SegmentedControl
              aria-label={t`What prices follow`}
              value={of}
              onChange={setOf}
              data={[
                { value: 'everyone', label: t`Everyone's price` },
                { value: 'cost', label: t`The cost` },
              ]}
            />
          )}
          <PercentInput
            field="percent"
            label={t`Percent`}
            description={t`Added to it; a minus takes away: -5`}
            value={percent}
            onChange={({ currentTarget }) => setPercent(currentTarget.value)}
            data-autofocus
          />
          <AmountInput {...amounts.field('fixed')} label={t`And this amount, ${currency}`} />
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            <AmountInput
              {...amounts.field('round')}
              label={t`Rounded up to`}
              placeholder={t`The smallest coin`}
            />
            <AmountInput {...amounts.field('min_price')} label={t`At least`} />
          </SimpleGrid>
          <p className={`${styles.plain} muted`}>
            {kept && (
              <>
                <Plural
                  value={kept.prices}
                  one="This rule gives # price now, as it stands here."
                  other="This rule gives # prices now, as it stands here."
                />{' '}
              </>
            )}
            <Trans>
              Prices that you have fixed stand before it. The next page shows every price that it changes.
            </Trans>
          </p>
          <FaultNote fault={fault} untouched={t`No price was changed.`} isOnce />
          <Group justify="space-between" gap="xs">
            {kept && (
              <Button
                variant="subtle"
                color="var(--failed)"
                px="xs"
                disabled={isBusy}
                onClick={() => void make({ remove_rules: [kept.id] })}
              >
                <Trans>Remove the rule…</Trans>
              </Button>
            )}
            <Group gap="xs" ms="auto">
              <Button variant="default" onClick={onClose}>
                <Trans>Close</Trans>
              </Button>
              <Button type="submit" loading={isBusy} disabled={amounts.isWrong}>
                <Trans>Review</Trans>
              </Button>
            </Group>
          </Group>
        </Stack>
      </AtFields>
    </form>
  )
}

/** `RaiseDialog` changes all fixed prices of a column at once, or of several, by a part of each, by an amount, or both. */
export function RaiseDialog({
  column,
  columns = [column],
  groups,
  label,
  coin,
  onPlan,
  onClose,
}: DialogProps & {
  /** `groups` are those of services, of which one may be chosen. */
  groups: readonly string[]
}) {
  const { t } = useLingui()
  const { isBusy, fault, make } = usePlan(onPlan)
  const [percent, setPercent] = useState('5')
  const amounts = useAmounts({ fixed: '', round: '' }, coin)
  const { currency } = column
  const [chosen, setChosen] = useState([columnKey(column)])
  const [group, setGroup] = useState<string>(ALL)
  const [fixed, round] = [amounts.decimal('fixed'), amounts.decimal('round')]
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const change = {
      ...{ currency, percent: readPercent(percent), fixed, round },
      ...(group !== ALL && { service_group: group }),
    }
    const changes = columns
      .filter((one) => chosen.includes(columnKey(one)))
      .map((one) => {
        const audience = audienceOf(one)
        return { ...(Object.keys(audience).length > 0 ? audience : { everyone: true }), ...change }
      })
    void make({ changes })
  }
  return (
    <Dialog
      opened
      onClose={onClose}
      title={
        columns.length > 1 ? t`Raise or lower prices in ${currency}` : t`Raise or lower ${label}, ${currency}`
      }
    >
      <form onSubmit={submit}>
        <AtFields fault={fault}>
          <Stack>
            <Columns columns={columns} chosen={chosen} onChoose={setChosen} />
            {groups.length > 1 && (
              <Select
                field="service_group"
                label={t`Of the services`}
                value={group}
                data={[
                  { value: ALL, label: t`All groups` },
                  ...groups.map((one) => ({ value: one, label: one })),
                ]}
                allowDeselect={false}
                searchable
                onChange={(now) => now !== null && setGroup(now)}
              />
            )}
            <PercentInput
              field="percent"
              label={t`Percent`}
              description={t`A minus lowers the prices: -5`}
              value={percent}
              onChange={({ currentTarget }) => setPercent(currentTarget.value)}
              data-autofocus
            />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <AmountInput {...amounts.field('fixed')} label={t`And this amount, ${currency}`} />
              <AmountInput
                {...amounts.field('round')}
                label={t`Rounded up to`}
                placeholder={t`The smallest coin`}
              />
            </SimpleGrid>
            <p className={`${styles.plain} muted`}>
              <Trans>Of the prices that are fixed here; what a rule gives stays as the rule says.</Trans>
            </p>
            <FaultNote fault={fault} untouched={t`No price was changed.`} isOnce />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={onClose}>
                <Trans>Close</Trans>
              </Button>
              <Button
                type="submit"
                loading={isBusy}
                disabled={
                  amounts.isWrong ||
                  chosen.length === 0 ||
                  (readPercent(percent) === undefined && fixed === undefined)
                }
              >
                <Trans>Review</Trans>
              </Button>
            </Group>
          </Stack>
        </AtFields>
      </form>
    </Dialog>
  )
}
