import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, Radio, Stack, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Icon } from '../../../identity/icons.tsx'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { isZero, money, multiplied } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { Select } from '../../../kit/choices.tsx'
import { copyText } from '../../../kit/copy-text.tsx'
import { Textarea } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { coinOf, readPrice } from '../../../kit/read-amount.ts'
import { useMay } from '../../../kit/session.tsx'
import { AfterSaid } from '../../move-said.tsx'
import { ViewDialog } from '../../open-portal.tsx'
import { copyInputs } from './copy-inputs.tsx'
import { type OrderAction, readItems, type Summary } from './order-data.ts'
import { replyOf } from './reply.ts'
import { RouteChoice, useRoutes } from './route-choice.tsx'
import { whyNot } from './why-not.ts'

const Share = lazy(async () => ({ default: (await import('./share.tsx')).Share }))

type Name = OrderAction['name']

/** `words` name the actions; those in `FIRST` are buttons, the rest stand in a menu. */
const words: Record<Exclude<Name, 'note'>, MessageDescriptor> = {
  cancel: msg`Cancel…`,
  ask: msg`Ask the supplier now`,
  resend: msg`Send by another route…`,
  decide: msg`Decide…`,
  answer: msg`Answer…`,
  refund: msg`Refund…`,
  reject: msg`The result was wrong…`,
  correct: msg`Correct the result…`,
  deliver: msg`Deliver after all…`,
  verify: msg`Have it verified…`,
  resend_webhook: msg`Send the webhook again`,
}
const FIRST: readonly Name[] = ['decide', 'answer', 'refund', 'deliver', 'cancel', 'ask']

/** `OrderActions` are what may be done to the order. What its state does not allow is shown, and says why not. */
export function OrderActions({ summary }: { summary: Summary }) {
  const { t, i18n } = useLingui()
  const { order } = summary
  const [open, setOpen] = useState<Name>()
  const [isSharing, setSharing] = useState(false)
  const [isViewing, setViewing] = useState(false)
  const may = useMay()
  const client = useQueryClient()
  const again = () => void client.invalidateQueries({ queryKey: ['order', order.id] })
  const action = (name: Name) => summary.actions.find((one) => one.name === name)
  const isAllowed = (name: Name): boolean => action(name)?.allowed === true
  const copyReply = () =>
    copyText(
      () => replyOf(summary),
      () => t`The reply is copied, in the language of ${order.username}`,
    )
  useKeys({
    ...(isAllowed('refund') && { r: [t`Refund…`, () => setOpen('refund')] }),
    ...(isAllowed('ask') && { a: [t`Ask the supplier now`, () => setOpen('ask')] }),
    y: [t`Copy the IMEIs`, () => void copyInputs([order])],
  })
  const shown = summary.actions.filter(
    (one): one is OrderAction & { name: keyof typeof words } => one.name !== 'note',
  )
  const first = shown.filter(({ name, allowed }) => allowed && FIRST.includes(name))
  const rest = shown.filter((one) => !first.includes(one))
  return (
    <>
      {first.map(({ name }) =>
        name === 'decide' || name === 'answer' ? (
          <Button key={name} component="a" href={`/console/inbox?order=${order.id}`} size="compact-md">
            {i18n._(words[name])}
          </Button>
        ) : (
          <Button key={name} variant="default" size="compact-md" onClick={() => setOpen(name)}>
            {i18n._(words[name])}
          </Button>
        ),
      )}
      <Button variant="default" size="compact-md" onClick={() => void copyReply()}>
        <Trans>Copy reply</Trans>
      </Button>
      <Menu position="bottom-end" width={280}>
        <Menu.Target>
          <Button variant="default" size="compact-md" aria-label={t`More actions`}>
            <Icon name="more" size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {rest.map(({ name, allowed, why }) => (
            <Menu.Item key={name} disabled={!allowed} onClick={() => setOpen(name)}>
              {i18n._(words[name])}
              {why && (
                <Text size="xs" c="dimmed">
                  {i18n._(whyNot[why] ?? msg`Not in this state.`)}
                </Text>
              )}
            </Menu.Item>
          ))}
          <Menu.Divider />
          {may('orders.act') && (order.states.success ?? 0) > 0 && (
            <Menu.Item onClick={() => setSharing(true)}>
              <Trans>Share the result…</Trans>
            </Menu.Item>
          )}
          <Menu.Item onClick={() => void copyInputs([order])}>
            <Trans>Copy the IMEIs</Trans>
          </Menu.Item>
          {may('resellers.view_as') && (
            <Menu.Item onClick={() => setViewing(true)}>
              <Trans>Open the portal as {order.account_name}…</Trans>
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {isSharing && (
        <Suspense>
          <Share order={order} onClose={() => setSharing(false)} />
        </Suspense>
      )}
      {isViewing && (
        <ViewDialog account={order.username} name={order.account_name} onClose={() => setViewing(false)} />
      )}
      {open && (
        <ActionDialog name={open} summary={summary} onDone={again} onClose={() => setOpen(undefined)} />
      )}
    </>
  )
}

interface DialogProps {
  summary: Summary
  /** `item` is the one that is meant, where the order has several: first by a correction, alone by a refund. `left` is what is left of its charge. */
  item?: { position: number; left: string } | undefined
  /** `onDone`: `isOver`, false: more can be given back. */
  onDone: (isOver?: boolean) => void
  onClose: () => void
}

/** `ActionDialog` is the dialog of an action. */
export function ActionDialog({ name, summary, item, onDone, onClose }: DialogProps & { name: Name }) {
  // Where the answer was lost, it may be done already, and not allowed any more: the dialog still says what it does, so that the same button asks again.
  const [before, setBefore] = useState(summary)
  const isAllowed = actionOf(summary, name)?.allowed === true
  if (isAllowed && before !== summary) setBefore(summary)
  const props: DialogProps = { summary: isAllowed ? summary : before, item, onDone, onClose }
  switch (name) {
    case 'cancel':
      return <Cancel {...props} />
    case 'ask':
      return <Ask {...props} />
    case 'refund':
      return <Refund {...props} />
    case 'reject':
      return <Reject {...props} />
    case 'correct':
      return <Correct {...props} />
    case 'deliver':
      return <Deliver {...props} />
    case 'resend':
      return <Resend {...props} />
    case 'verify':
      return <Verify {...props} />
    case 'resend_webhook':
      return <ResendWebhook {...props} />
    default:
      return null
  }
}

/** `under` names an order, and the key under which a request is done once. */
const under = (id: number, key: string) => ({ path: { id }, header: { 'idempotency-key': key } })

const actionOf = ({ actions }: Summary, name: Name) => actions.find((one) => one.name === name)

/** `useMoney` says amounts of the order, and what its reseller has after an action. */
function useMoney(summary: Summary, name: Name) {
  const { order, available } = summary
  const found = actionOf(summary, name)
  const say = (amount: string): string => money(amount, order.currency)
  return {
    say,
    gives: found?.gives_back == null ? undefined : say(found.gives_back),
    leaves: found?.leaves == null ? undefined : say(found.leaves),
    now: say(available),
    who: order.username,
  }
}

function Untouched() {
  return <Trans>No money has moved.</Trans>
}

/** `ToldOf` says how the reseller's shop hears of it, as far as it does. */
function ToldOf({ summary: { order, webhook }, state }: { summary: Summary; state: 'failed' | 'done' }) {
  const isDhru = order.via === 'dhru'
  return (
    <>
      {webhook !== null && <Trans>Their shop is told by webhook.</Trans>}{' '}
      {isDhru &&
        (state === 'failed' ? (
          <Trans>Over Dhru it reads Rejected.</Trans>
        ) : (
          <Trans>Over Dhru it reads Success.</Trans>
        ))}
    </>
  )
}

function Cancel({ summary, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  const { gives, leaves, now, who } = useMoney(summary, 'cancel')
  const { pending = 0, processing = 0, unknown = 0 } = order.states
  const sent = processing + unknown
  return (
    <ActDialog
      title={t`Cancel order ${order.id}`}
      button={gives ? t`Cancel and give back ${{ sum: gives }}` : t`Ask for the cancellation`}
      isDangerous
      needsReason
      reasons={[t`The reseller asked for it`, t`It takes too long`, t`The IMEI is wrong`]}
      untouched={<Untouched />}
      act={({ key, why }) =>
        dataOf(api.POST('/api/operator/orders/{id}/cancel', { params: under(order.id, key), body: { why } }))
      }
      told={({ cancelled, asked }) =>
        asked === 0
          ? t`It is cancelled, and its price is back at ${who}.`
          : cancelled === 0
            ? t`The cancellation is asked for: nothing was given back yet.`
            : t`What was not sent is cancelled and its price back at ${who}; for the rest it is asked for.`
      }
      {...{ onDone, onClose }}
    >
      {gives && (
        <p>
          <Plural value={pending} one="# item was not sent yet" other="# items were not sent yet" />:{' '}
          <Trans>
            {who} gets {gives} back now, and has {leaves} then (now {now}).
          </Trans>
        </p>
      )}
      {sent > 0 && (
        <p>
          <Plural
            value={sent}
            one="# item is with a supplier: a person is asked, and nothing of it is given back before that is decided."
            other="# items are with a supplier: a person is asked, and nothing of them is given back before that is decided."
          />
        </p>
      )}
    </ActDialog>
  )
}

function Ask({ summary, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  return (
    <ActDialog
      title={t`Ask about order ${order.id}`}
      button={t`Ask now`}
      act={() => dataOf(api.POST('/api/operator/orders/{id}/ask', { params: { path: { id: order.id } } }))}
      {...{ onDone, onClose }}
    >
      <p>
        <Trans>
          {order.suppliers.join(', ')} is asked within seconds what became of it. No money moves, and nothing
          is sent again.
        </Trans>
      </p>
    </ActDialog>
  )
}

function Refund({ summary, item, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  const { say, leaves, now, who, ...all } = useMoney(summary, 'refund')
  const gives = item ? say(item.left) : (all.gives ?? '')
  const may = useMay()
  const [part, setPart] = useState('')
  const [isPart, setIsPart] = useState(false)
  const coin = coinOf(order.currency)
  const read = readPrice(part, coin)
  const each = typeof read === 'string' && !isZero(read) ? read : undefined
  const items = item ? 1 : (actionOf(summary, 'refund')?.items ?? 1)
  const most = item?.left ?? order.unit_price
  const isTooMuch = each !== undefined && Number(each) > Number(most)
  const partSaid = each === undefined ? '…' : say(multiplied(each, items))
  const partOf = each === undefined || items === 1 ? '' : ` (${items} × ${say(each)})`
  const body = (key: string, why: string) => ({
    ...{ reason: why, ...(item && { items: [item.position] }) },
    ...(isPart && { amount: each ?? '', reference: `console ${key}` }),
  })
  return (
    <ActDialog
      title={item ? t`Refund item ${item.position} of order ${order.id}` : t`Refund order ${order.id}`}
      button={isPart ? t`Refund ${{ sum: partSaid + partOf }}` : t`Refund ${{ sum: gives }}`}
      isReady={!isPart || (each !== undefined && !isTooMuch)}
      isDangerous
      needsReason
      reasons={[t`The result was wrong`, t`It came too late`, t`Out of goodwill`]}
      untouched={<Untouched />}
      act={({ key, why }) =>
        dataOf(
          api.POST('/api/operator/orders/{id}/refund', {
            params: under(order.id, key),
            body: body(key, why),
          }),
        )
      }
      told={({ given_back }) => t`${{ sum: say(given_back) }} went back to ${who}.`}
      onDone={() => onDone(!isPart)}
      onClose={onClose}
    >
      <Stack gap="sm">
        <Radio.Group value={isPart ? 'part' : 'all'} onChange={(value) => setIsPart(value === 'part')}>
          <Stack gap="xs">
            <Radio value="all" label={t`All of it: ${gives}`} />
            <Radio value="part" label={t`A part`} />
          </Stack>
        </Radio.Group>
        {isPart ? (
          <>
            <AmountInput
              {...{ field: 'amount', coin, value: part, onValue: setPart, read: readPrice }}
              label={t`Amount for each item, in ${order.currency}`}
              required
              error={isTooMuch ? t`At most ${say(most)} was charged for each.` : undefined}
              description={t`${who} has ${now} now. What stays charged stays done.`}
            />
            {may('money.read') && (
              <AfterSaid
                account={who}
                currency={order.currency}
                amount={isTooMuch ? undefined : each}
                times={items}
              />
            )}
          </>
        ) : (
          <p>
            {item ? (
              <Trans>
                {gives} goes back to {who} (now {now}). The item has failed then. They read the reason.
              </Trans>
            ) : (
              <Trans>
                {gives} goes back to {who}, who has {leaves} then (now {now}). The order has failed then. They
                read the reason.
              </Trans>
            )}{' '}
            <ToldOf summary={summary} state="failed" />
          </p>
        )}
      </Stack>
    </ActDialog>
  )
}

function Reject({ summary, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  const { say, gives = '', leaves, now, who } = useMoney(summary, 'reject')
  return (
    <ActDialog
      title={t`The result of order ${order.id} was wrong`}
      button={t`Refund ${{ sum: gives }}`}
      isDangerous
      needsReason
      untouched={<Untouched />}
      act={({ key, why }) =>
        dataOf(
          api.POST('/api/operator/orders/{id}/reject', {
            params: under(order.id, key),
            body: { reason: why },
          }),
        )
      }
      told={({ given_back }) => t`${{ sum: say(given_back) }} went back to ${who}.`}
      {...{ onDone, onClose }}
    >
      <p>
        <Trans>
          {gives} goes back to {who}, who has {leaves} then (now {now}). The result counts for nothing, in the
          figures of the supplier either. {who} reads the reason.
        </Trans>
      </p>
    </ActDialog>
  )
}

function Correct({ summary, item: meant, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  const [position, setPosition] = useState(meant?.position)
  const [result, setResult] = useState<string>()
  const items = useQuery({ queryKey: ['order', order.id, 'all items'], queryFn: () => readItems(order.id) })
  const done = items.data?.filter(({ state }) => state === 'success') ?? []
  const item = done.find((one) => one.position === position) ?? done[0]
  return (
    <ActDialog
      title={t`Correct the result of order ${order.id}`}
      button={t`Replace the result`}
      needsReason
      untouched={<Untouched />}
      act={({ key, why }) =>
        dataOf(
          api.POST('/api/operator/orders/{id}/correct', {
            params: {
              path: { id: order.id },
              header: { 'idempotency-key': key, 'if-match': `"${item?.version ?? ''}"` },
            },
            body: { result: result ?? item?.result ?? '', why, ...(item && { item: item.position }) },
          }),
        )
      }
      {...{ onDone, onClose }}
    >
      <Stack gap="sm">
        <FaultNote fault={items.error} />
        {done.length > 1 && (
          <Select
            field="item"
            label={t`Item`}
            data={done.map((one) => ({
              value: String(one.position),
              label: `${one.position}: ${one.input}`,
            }))}
            value={String(item?.position ?? '')}
            onChange={(value) => {
              setPosition(Number(value))
              setResult(undefined)
            }}
          />
        )}
        <Textarea
          field="result"
          label={t`The right result`}
          required
          autosize
          minRows={4}
          maxRows={14}
          value={result ?? item?.result ?? ''}
          onChange={({ currentTarget }) => setResult(currentTarget.value)}
        />
        <p>
          <Trans>It stays charged as before, and the reseller is told the new result.</Trans>
        </p>
      </Stack>
    </ActDialog>
  )
}

function Deliver({ summary, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  const may = useMay()
  const { say, now, who } = useMoney(summary, 'deliver')
  const [position, setPosition] = useState<number>()
  const [attempt, setAttempt] = useState<string | null>(null)
  const [result, setResult] = useState('')
  const items = useQuery({ queryKey: ['order', order.id, 'all items'], queryFn: () => readItems(order.id) })
  const ended = items.data?.filter(({ state }) => state === 'failed' || state === 'cancelled') ?? []
  const item = ended.find((one) => one.position === position) ?? ended[0]
  const price = say(item?.price ?? order.unit_price)
  // What was charged before was that of one attempt, which the server knows.
  const attempts = Number(item?.refunded ?? 0) > 0 ? [] : (item?.attempts ?? [])
  return (
    <ActDialog
      title={t`Deliver order ${order.id} after all`}
      button={t`Deliver and charge ${price}`}
      isReady={item !== undefined}
      needsReason
      reasons={[t`The supplier delivered late`, t`Given back by mistake`]}
      untouched={<Trans>Nothing is delivered, and no money has moved.</Trans>}
      act={({ key, why }) =>
        dataOf(
          api.POST('/api/operator/orders/{id}/deliver', {
            params: under(order.id, key),
            body: {
              ...{ result, why },
              ...(item && { item: item.position }),
              ...(attempt !== null && { attempt: Number(attempt) }),
            },
          }),
        )
      }
      told={() => t`It is delivered: ${price} is charged to ${who}.`}
      {...{ onDone, onClose }}
    >
      <Stack gap="sm">
        <FaultNote fault={items.error} />
        {ended.length > 1 && (
          <Select
            field="item"
            label={t`Item`}
            data={ended.map((one) => ({
              value: String(one.position),
              label: `${one.position}: ${one.input}`,
            }))}
            value={String(item?.position ?? '')}
            onChange={(value) => {
              setPosition(Number(value))
              setAttempt(null)
            }}
          />
        )}
        {attempts.length > 1 && (
          <Select
            field="attempt"
            label={t`Who delivered it`}
            data={attempts.map((one) => ({
              value: String(one.number),
              label: `${one.number}: ${one.supplier}`,
            }))}
            value={attempt ?? String(attempts.at(-1)?.number ?? '')}
            onChange={setAttempt}
          />
        )}
        <Textarea
          field="result"
          label={t`Result`}
          required
          autosize
          minRows={4}
          maxRows={14}
          value={result}
          onChange={({ currentTarget }) => setResult(currentTarget.value)}
        />
        <p>
          <Trans>
            {price} was given back to {who}, and is charged anew: {who} has {now} now. An item is charged anew
            once.
          </Trans>{' '}
          <ToldOf summary={summary} state="done" />
        </p>
        {may('money.read') && (
          <AfterSaid account={who} currency={order.currency} amount={item && `-${item.price}`} />
        )}
      </Stack>
    </ActDialog>
  )
}

function Resend({ summary, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  const [route, setRoute] = useState<string>()
  const { chosen } = useRoutes(order.id, route)
  return (
    <ActDialog
      title={t`Send order ${order.id} by another route`}
      button={t`Send it by this route`}
      needsReason
      isReady={chosen !== undefined}
      untouched={<Untouched />}
      act={({ key, why }) =>
        dataOf(
          api.POST('/api/operator/orders/{id}/resend', {
            params: under(order.id, key),
            body: { route: Number(chosen), why },
          }),
        )
      }
      {...{ onDone, onClose }}
    >
      <Stack gap="sm">
        <RouteChoice order={order.id} value={route} onChange={setRoute} />
        <p>
          <Trans>
            What waits goes there next, before any other. The price stays held, and is charged once it is
            done.
          </Trans>
        </p>
      </Stack>
    </ActDialog>
  )
}

function Verify({ summary, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  return (
    <ActDialog
      title={t`Have order ${order.id} verified`}
      button={t`Have it verified`}
      untouched={<Untouched />}
      act={({ key }) =>
        dataOf(api.POST('/api/operator/orders/{id}/verify', { params: under(order.id, key) }))
      }
      {...{ onDone, onClose }}
    >
      <p>
        <Trans>
          The suppliers are asked again about what has ended. What they say comes into the inbox. No money
          moves by that.
        </Trans>
      </p>
    </ActDialog>
  )
}

function ResendWebhook({ summary, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const { order } = summary
  return (
    <ActDialog
      title={t`Send the webhook of order ${order.id} again`}
      button={t`Send the webhook again`}
      act={({ key }) =>
        dataOf(
          api.POST('/api/operator/orders/{id}/resend-webhook', {
            params: under(order.id, key),
          }),
        )
      }
      {...{ onDone, onClose }}
    >
      <p>
        <Trans>
          The last event of the order is sent once more, under the same id, in addition to tries that are due
          anyway.
        </Trans>
      </p>
    </ActDialog>
  )
}
