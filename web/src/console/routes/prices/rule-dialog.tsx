import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, SegmentedControl, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Dialog } from '../../../kit/dialog.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { audienceOf, type PriceColumn } from './use-price-grid.ts'

interface DialogProps {
  column: PriceColumn
  label: string
  onPlan: (id: number) => void
  onClose: () => void
}

/** `usePlan` makes a plan, and leads to it. */
function usePlan(onPlan: (id: number) => void) {
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const make = async (event: FormEvent, input: Record<string, unknown>) => {
    event.preventDefault()
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

const given = (text: string): string | undefined =>
  text.trim() === '' ? undefined : text.trim().replace('−', '-')

/** `RuleDialog` says how the prices of a column follow from costs, or from everyone's prices. */
export function RuleDialog({ column, label, onPlan, onClose }: DialogProps & { groups: readonly string[] }) {
  const { t } = useLingui()
  const { isBusy, fault, make } = usePlan(onPlan)
  const isEveryone = column.account === null && column.group === null
  const [of, setOf] = useState(isEveryone ? 'cost' : 'everyone')
  const [percent, setPercent] = useState(isEveryone ? '25' : '-5')
  const [fixed, setFixed] = useState('')
  const [round, setRound] = useState('')
  const [least, setLeast] = useState('')
  const { currency } = column
  const rule = {
    ...{ ...audienceOf(column), currency, of, percent: given(percent) ?? '0', fixed: given(fixed) },
    ...{ round: given(round), min_price: given(least) },
  }
  return (
    <Dialog opened onClose={onClose} title={t`A rule for ${label}, ${currency}`}>
      <form onSubmit={(event) => void make(event, { rules: [rule] })}>
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
          <TextInput
            field="percent"
            label={t`Percent`}
            description={t`Added to it; a minus takes away: -5`}
            value={percent}
            inputMode="decimal"
            onChange={({ currentTarget }) => setPercent(currentTarget.value)}
            data-autofocus
          />
          <TextInput
            field="fixed"
            label={t`And this amount, ${currency}`}
            value={fixed}
            inputMode="decimal"
            onChange={({ currentTarget }) => setFixed(currentTarget.value)}
          />
          <Group grow align="start">
            <TextInput
              field="round"
              label={t`Rounded up to`}
              placeholder={t`The smallest coin`}
              value={round}
              inputMode="decimal"
              onChange={({ currentTarget }) => setRound(currentTarget.value)}
            />
            <TextInput
              field="min_price"
              label={t`At least`}
              value={least}
              inputMode="decimal"
              onChange={({ currentTarget }) => setLeast(currentTarget.value)}
            />
          </Group>
          <p className="muted">
            <Trans>
              Prices that you have fixed stand before it. The next page shows every price that it changes.
            </Trans>
          </p>
          <Buttons fault={fault} isBusy={isBusy} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  )
}

/** `RaiseDialog` changes all prices of a column at once. */
export function RaiseDialog({ column, label, onPlan, onClose }: DialogProps) {
  const { t } = useLingui()
  const { isBusy, fault, make } = usePlan(onPlan)
  const [percent, setPercent] = useState('5')
  const { currency } = column
  const audience = audienceOf(column)
  const who = Object.keys(audience).length > 0 ? audience : { everyone: true }
  return (
    <Dialog opened onClose={onClose} title={t`Raise or lower ${label}, ${currency}`}>
      <form onSubmit={(event) => void make(event, { change: { ...who, currency, percent: given(percent) } })}>
        <Stack>
          <TextInput
            field="percent"
            label={t`Percent`}
            description={t`A minus lowers the prices: -5`}
            value={percent}
            inputMode="decimal"
            onChange={({ currentTarget }) => setPercent(currentTarget.value)}
            data-autofocus
          />
          <p className="muted">
            <Trans>Of the prices that are fixed here; what a rule gives stays as the rule says.</Trans>
          </p>
          <Buttons fault={fault} isBusy={isBusy} onClose={onClose} />
        </Stack>
      </form>
    </Dialog>
  )
}

function Buttons({ fault, isBusy, onClose }: { fault: unknown; isBusy: boolean; onClose: () => void }) {
  const { t } = useLingui()
  return (
    <>
      <FaultNote fault={fault} untouched={t`No price was changed.`} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          <Trans>Close</Trans>
        </Button>
        <Button type="submit" loading={isBusy}>
          <Trans>Review</Trans>
        </Button>
      </Group>
    </>
  )
}
