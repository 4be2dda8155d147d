import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, NumberInput, Stack, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { answerOf, dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { isNegative, money } from '../../../kit/amount.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { priced } from '../../price.tsx'
import { type Service, serviceQuery } from '../../service-name.tsx'
import { useSession } from '../../session.tsx'
import { type Form, formOf } from './form.ts'
import styles from './place.module.css'

const MAX_LINES = 500

/** `Place` is where a service is ordered: lines are pasted and checked, and what is fine is placed. */
export function Place() {
  const { t } = useLingui()
  const { service: code } = useParams({ strict: false }) as { service: string }
  const { account, permissions } = useSession()
  const service = useQuery(serviceQuery(code))
  const form = service.data && formOf(service.data.service_type.input_schema)
  return (
    <Page title={service.data?.name ?? t`Order`} narrow>
      <FaultNote fault={service.error} onRetry={() => void service.refetch()} />
      {service.isPending && <Loading />}
      {service.data && (
        <Stack>
          <p className={styles.about}>
            <strong>{money(priced(service.data.rule.unit_price, account.currency), account.currency)}</strong>{' '}
            {service.data.delivery_time && <span className="muted">· {service.data.delivery_time}</span>}
          </p>
          {service.data.description && <p className={styles.about}>{service.data.description}</p>}
          {!form && (
            <p className={styles.about} role="note">
              <Trans>This service takes more than this page can ask for. It is ordered by the API.</Trans>
            </p>
          )}
          {form && permissions.includes('order.create') && (
            <Lines key={code} service={service.data} form={form} />
          )}
        </Stack>
      )}
    </Page>
  )
}

interface Asked {
  lines: string[]
  fields: Record<string, string>
  quantity?: number
  with_ordered: boolean
}

/** `checked` is what a check said, what it was about, and the key under which that is placed: a second press is the same order. */
async function check(code: string, asked: Asked) {
  const verdict = await dataOf(portal.POST('/api/portal/order-checks', { body: { code, ...asked } }))
  return { ...verdict, asked, key: crypto.randomUUID() }
}
type Checked = Awaited<ReturnType<typeof check>>

function Lines({ service, form }: { service: Service; form: Form }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [checked, setChecked] = useState<Checked>()
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const [count, setCount] = useState(0)
  const during = async (work: () => Promise<void>) => {
    setBusy(true)
    setFault(undefined)
    try {
      await work()
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const ask = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const text = (name: string) => String(given.get(name) ?? '').trim()
    const fields = form.fields.map(({ name }) => [name, text(`field ${name}`)]).filter(([, value]) => value)
    const asked: Asked = {
      lines: form.list === undefined ? [''] : linesOf(text('lines')),
      fields: Object.fromEntries(fields),
      ...(form.list === undefined && { quantity: Number(text('quantity')) }),
      with_ordered: given.get('again') !== null,
    }
    void during(async () => setChecked(await check(service.code, asked)))
  }
  const place = ({ asked, lines, key }: Checked) =>
    during(async () => {
      const taken = asked.with_ordered ? ['fine', 'ordered'] : ['fine']
      const inputs = lines.filter(({ verdict }) => taken.includes(verdict)).map(({ input }) => input)
      const counted = form.list === undefined ? { quantity: asked.quantity } : { [form.list]: inputs }
      const body = { code: service.code, data: { ...asked.fields, ...counted } }
      const order = await answerOf(portal.POST('/api/order', { body, headers: { 'idempotency-key': key } }))
      await client.invalidateQueries()
      await navigate({ to: `/orders/${order.order_id}` as string })
    })
  // Only lines that were checked are placed: another text is to be checked anew.
  const change = () => setChecked(undefined)
  return (
    <>
      <form onSubmit={ask} onChange={change}>
        <Stack>
          {form.list !== undefined && (
            <Textarea
              name="lines"
              label={t`One a line`}
              description={t`Up to ${MAX_LINES}. Rows of a spreadsheet may be pasted as they are.`}
              onChange={({ currentTarget }) => setCount(linesOf(currentTarget.value).length)}
              error={
                count > MAX_LINES ? t`These are ${count} lines: at most ${MAX_LINES} go at a time.` : null
              }
              classNames={{ input: 'code' }}
              rows={10}
              required
              spellCheck={false}
            />
          )}
          {form.list === undefined && (
            <NumberInput
              name="quantity"
              label={t`Quantity`}
              defaultValue={service.rule.min_items}
              min={service.rule.min_items}
              max={service.rule.max_items}
              allowDecimal={false}
              onChange={change}
              required
            />
          )}
          {form.fields.map(({ name, label, isRequired }) => (
            <TextInput key={name} name={`field ${name}`} label={label} required={isRequired} />
          ))}
          {form.list !== undefined && (
            <Checkbox name="again" label={t`Order again what was ordered before`} />
          )}
          <Group>
            <Button
              type="submit"
              variant={checked ? 'default' : 'filled'}
              loading={isBusy}
              disabled={count > MAX_LINES}
            >
              <Trans>Check</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
      {checked && <Verdicts {...{ checked, isBusy }} onPlace={() => void place(checked)} />}
      <FaultNote fault={fault} />
    </>
  )
}

/** `linesOf` leaves out empty lines, which spreadsheets put at the end. */
const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

const verdictWords: Record<Checked['lines'][number]['verdict'], { tone: Tone; words: MessageDescriptor }> = {
  fine: { tone: 'done', words: msg`OK` },
  check_digit: { tone: 'failed', words: msg`Wrong check digit` },
  short: { tone: 'failed', words: msg`Last digit is missing` },
  twice: { tone: 'off', words: msg`Listed twice` },
  ordered: { tone: 'needs', words: msg`Ordered before` },
  unfit: { tone: 'failed', words: msg`Not taken` },
}

function Verdicts({ checked, isBusy, onPlace }: { checked: Checked; isBusy: boolean; onPlace: () => void }) {
  const { t, i18n } = useLingui()
  const { lines, placeable, currency, affordable, min_items: fewest, max_items: most } = checked
  const [total, after] = [money(checked.total, currency), money(checked.after, currency)]
  const isServer = checked.asked.quantity !== undefined
  const reason = isServer
    ? isNegative(checked.after) && t`The balance is too small.`
    : placeable === 0
      ? t`No line can be ordered.`
      : placeable < fewest
        ? t`At least ${fewest} go into one order.`
        : placeable > most
          ? t`At most ${most} go into one order.`
          : affordable < placeable && t`The balance pays ${affordable} of them.`
  const sorted = [...lines].sort((a, b) => Number(a.verdict === 'fine') - Number(b.verdict === 'fine'))
  return (
    <section aria-label={t`What was found`} className={styles.found}>
      <p role="status">
        <Trans>
          {placeable} of {lines.length} would be ordered, for {total}. The balance after it: {after}.
        </Trans>
      </p>
      {reason && <p className={styles.reason}>{reason}</p>}
      <Button onClick={onPlace} loading={isBusy} disabled={reason !== false}>
        <Trans>
          Place {placeable} · {total}
        </Trans>
      </Button>
      <ul className={styles.lines} aria-label={t`Lines`}>
        {sorted.map(({ line, input, verdict, suggestion, same_as, earlier, message }) => (
          <li key={line}>
            <span className="muted">{line}</span> <span className={`code ${styles.input}`}>{input}</span>
            <Badge tone={verdictWords[verdict].tone}>{i18n._(verdictWords[verdict].words)}</Badge>
            {suggestion && (
              <span>
                <Trans>
                  Meant: <span className="code">{suggestion}</span>?
                </Trans>
              </span>
            )}
            {same_as !== null && <span>{t`See line ${same_as}`}</span>}
            {earlier && <a href={`/portal/orders/${earlier.order}`}>{t`Order ${earlier.order}`}</a>}
            {verdict === 'unfit' && <span>{message}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
