import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Stack } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useRef, useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { isNegative, isZero, money } from '../../../kit/amount.tsx'
import { problemText } from '../../../kit/faults.ts'
import { NativeSelect, Textarea, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { NumberInput } from '../../../kit/number-input.tsx'
import { Badge, StateBadge, type Tone } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import type { Service } from '../../service-name.tsx'
import { asText, type Field, type Form, type Values, valuesIn } from './form.ts'
import styles from './place.module.css'
import type { Placing } from './place.tsx'
import { Reference } from './reference.tsx'

const MAX_LINES = 500
const PAY_IN: string = '/money/pay-in'

interface Asked {
  lines: string[]
  values: Values
  quantity?: number
  with_ordered: boolean
}

/** `check` asks what ordering some lines would do. */
async function check(code: string, asked: Asked) {
  const { values, ...rest } = asked
  const fields = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, asText(value)]))
  const body = { code, ...rest, fields }
  const verdict = await dataOf(portal.POST('/api/portal/order-checks', { body }))
  return { ...verdict, asked }
}
type Checked = Awaited<ReturnType<typeof check>>
type Line = Checked['lines'][number]

/** `Lines` takes pasted lines, or one input, or only a quantity, and what the service asks for beside. `before` are the lines that it begins with. */
export function Lines({
  service,
  form,
  before,
  place,
  isBusy,
}: {
  service: Service
  form: Form
  before: readonly string[]
  place: Placing
  isBusy: boolean
}) {
  const { t } = useLingui()
  const [reference, setReference] = useState('')
  const [text, setText] = useState(before.slice(0, MAX_LINES).join('\n'))
  const [checked, setChecked] = useState<Checked>()
  const [fault, setFault] = useState<unknown>()
  const [isAsking, setAsking] = useState(false)
  const formRef = useRef<HTMLFormElement>(null)
  /** `runs` counts the checks and the changes of the text: an answer about another text is no answer. */
  const runs = useRef(0)
  const { list, isSingle, takes } = form
  const one = typeof takes === 'object' ? takes.title : takes === 'imei' ? t`IMEI` : t`IMEI or serial number`
  const label = isSingle
    ? one
    : typeof takes === 'object'
      ? t`${takes.title}, one a line`
      : takes === 'imei'
        ? t`IMEIs, one a line`
        : t`IMEIs or serial numbers, one a line`
  const labelOf: LabelOf = (name) =>
    form.fields.find((field) => field.name === name)?.label ?? (name === 'IMEI' ? one : undefined)
  const count = linesOf(text).length
  const most = isSingle ? 1 : MAX_LINES
  const ask = async (of: string) => {
    if (!formRef.current) return
    const given = new FormData(formRef.current)
    const asked: Asked = {
      lines: list === undefined ? [''] : linesOf(of),
      values: valuesIn(form.fields, given),
      ...(list === undefined && { quantity: Number(given.get('quantity')) }),
      with_ordered: given.get('again') !== null,
    }
    const run = ++runs.current
    setAsking(true)
    setFault(undefined)
    setChecked(undefined)
    try {
      const found = await check(service.code, asked)
      if (run === runs.current) setChecked(found)
    } catch (error) {
      if (run === runs.current) setFault(error)
    } finally {
      if (run === runs.current) setAsking(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void ask(text)
  }
  /** `mend` puts other texts in the place of lines, and has all of them checked anew. */
  const mend = (by: ReadonlyMap<number, string>) => {
    const next = linesOf(text)
      .map((line, at) => by.get(at + 1) ?? line)
      .join('\n')
    setText(next)
    void ask(next)
  }
  // Only lines that were checked are placed: another text is to be checked anew.
  const change = () => {
    runs.current++
    setAsking(false)
    setChecked(undefined)
  }
  const placeFirst = (placed: Checked, first: number) => {
    const { asked, lines } = placed
    const taken = asked.with_ordered ? ['fine', 'ordered'] : ['fine']
    const inputs = lines.filter(({ verdict }) => taken.includes(verdict)).map(({ input }) => input)
    const some = inputs.slice(0, first)
    const counted =
      list === undefined ? { [form.quantity]: asked.quantity } : { [list]: isSingle ? (some[0] ?? '') : some }
    const total = money(
      some.length === inputs.length ? placed.total : placed.affordable_total,
      placed.currency,
    )
    place(
      { ...asked.values, ...counted },
      `${service.name} · ${list === undefined ? asked.quantity : some.length} · ${total}`,
      reference,
    )
  }
  return (
    <>
      <form ref={formRef} onSubmit={submit} onChange={change}>
        <Stack>
          {list !== undefined && (
            <Textarea
              name="lines"
              label={label}
              description={
                isSingle ? undefined : t`Up to ${MAX_LINES}. Rows of a spreadsheet may be pasted as they are.`
              }
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              error={count > most ? t`These are ${count} lines: at most ${most} go at a time.` : null}
              classNames={{ input: 'code' }}
              rows={isSingle ? 1 : 10}
              required
              spellCheck={false}
            />
          )}
          {list === undefined && <Quantity service={service} form={form} onChange={change} />}
          {form.fields.map((field) => (
            <FieldInput key={field.name} field={field} onChange={change} />
          ))}
          <Reference value={reference} onChange={setReference} />
          {list !== undefined && (
            <Checkbox
              name="again"
              label={t`Order again what was ordered before`}
              defaultChecked={before.length > 0}
            />
          )}
          <Group>
            <Button
              type="submit"
              variant={checked ? 'default' : 'filled'}
              loading={isAsking || isBusy}
              disabled={count > most}
            >
              <Trans>Check</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
      {checked && (
        <Verdicts
          {...{ labelOf, checked, isBusy: isBusy || isAsking, mend }}
          onPlace={(first) => placeFirst(checked, first)}
        />
      )}
      <FaultNote fault={fault} />
    </>
  )
}

/** `linesOf` leaves out empty lines, which spreadsheets put at the end. */
const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line.trim() !== '')

function Quantity({ service, form, onChange }: { service: Service; form: Form; onChange: () => void }) {
  const { t } = useLingui()
  const common = { name: 'quantity', label: t`Quantity`, required: true }
  if (form.quantities.length > 0)
    return <NativeSelect {...common} data={form.quantities.map(String)} onChange={onChange} />
  const { min_items: min, max_items: max } = service.rule
  return <NumberInput {...common} {...{ min, max, onChange }} defaultValue={min} allowDecimal={false} />
}

/** `FieldInput` draws a field as the service's schema has it. */
function FieldInput({ field, onChange }: { field: Field; onChange: () => void }) {
  const { t } = useLingui()
  const { label, help, isRequired } = field
  const name = `field ${field.name}`
  const common = { name, label, ...(help !== undefined && { description: help }) }
  switch (field.kind) {
    case 'yes-no':
      return <Checkbox {...common} value="yes" />
    case 'choice':
      return (
        <NativeSelect
          {...common}
          required={isRequired}
          data={[
            { value: '', label: isRequired ? t`Choose` : t`None` },
            ...field.choices.map((one) => ({ value: String(one), label: String(one) })),
          ]}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...{ ...common, onChange }}
          {...(field.min !== undefined && { min: field.min })}
          {...(field.max !== undefined && { max: field.max })}
          allowDecimal={!field.isWhole}
          required={isRequired}
        />
      )
    case 'choices':
      return (
        <Checkbox.Group
          {...{ label, withAsterisk: isRequired }}
          {...(help !== undefined && { description: help })}
        >
          <Group gap="md" mt={4}>
            {field.choices.map((one) => (
              <Checkbox key={String(one)} name={name} value={String(one)} label={String(one)} />
            ))}
          </Group>
        </Checkbox.Group>
      )
    case 'list':
      return (
        <Textarea
          {...common}
          description={
            <>
              {help} <Trans>Write one a line.</Trans>
            </>
          }
          required={isRequired && !field.isEmptyTaken}
          rows={3}
        />
      )
    case 'text':
      return <TextInput {...common} required={isRequired} />
  }
}

const verdictWords: Record<Line['verdict'], { tone: Tone; words: MessageDescriptor }> = {
  fine: { tone: 'done', words: msg`OK` },
  check_digit: { tone: 'failed', words: msg`Wrong check digit` },
  short: { tone: 'failed', words: msg`Last digit is missing` },
  twice: { tone: 'off', words: msg`Listed twice` },
  ordered: { tone: 'needs', words: msg`Ordered before` },
  unfit: { tone: 'failed', words: msg`Not taken` },
}

/** LabelOf gives what a value of a line is called on the page, by its name in the API. */
type LabelOf = (field: string) => string | undefined

function Verdicts({
  labelOf,
  checked,
  isBusy,
  mend,
  onPlace,
}: {
  labelOf: LabelOf
  checked: Checked
  isBusy: boolean
  mend: (by: ReadonlyMap<number, string>) => void
  onPlace: (first: number) => void
}) {
  const { t } = useLingui()
  const { lines, placeable, currency, affordable, min_items: fewest, max_items: most } = checked
  const { expected, available: has } = checked
  const [total, after] = [money(checked.total, currency), money(checked.after, currency)]
  const [missing, part] = [money(checked.missing, currency), money(checked.affordable_total, currency)]
  const available = money(has, currency)
  const isServer = checked.asked.quantity !== undefined
  const isShort = isServer ? isNegative(checked.after) : affordable < placeable
  const reason =
    placeable === 0
      ? t`No line can be ordered.`
      : !isServer && placeable < fewest
        ? t`At least ${fewest} go into one order.`
        : !isServer && placeable > most
          ? t`At most ${most} go into one order.`
          : false
  const meant = lines.flatMap(({ line, suggestion }) => (suggestion ? [[line, suggestion] as const] : []))
  const sorted = [...lines].sort((a, b) => Number(a.verdict === 'fine') - Number(b.verdict === 'fine'))
  return (
    <section aria-label={t`What was found`} className={styles.found}>
      <p role="status">
        <Trans>
          {placeable} of {lines.length} would be ordered, for {total}. The balance after it: {after}.
        </Trans>{' '}
        {expected !== '' && (
          <span className="muted">
            <Trans>Expected: {expected}.</Trans>
          </span>
        )}
      </p>
      {reason && <p className={styles.reason}>{reason}</p>}
      {isShort && !reason && (
        <p className={styles.reason}>
          <Trans>
            These cost {total}, and {available} is available.
          </Trans>
        </p>
      )}
      <Group gap="xs">
        {(!isShort || reason) && (
          <Button onClick={() => onPlace(placeable)} loading={isBusy} disabled={reason !== false}>
            <Trans>
              Place {placeable} · {total}
            </Trans>
          </Button>
        )}
        {isShort && !reason && (
          <>
            {!isZero(checked.missing) && (
              <Button component={Link} to={PAY_IN} search={{ amount: checked.missing } as never}>
                <Trans>Pay in {missing}</Trans>
              </Button>
            )}
            {!isServer && affordable >= Math.max(fewest, 1) && (
              <Button variant="default" onClick={() => onPlace(affordable)} loading={isBusy}>
                <Trans>
                  Place the first {affordable} · {part}
                </Trans>
              </Button>
            )}
          </>
        )}
        {meant.length > 1 && (
          <Button variant="default" onClick={() => mend(new Map(meant))} disabled={isBusy}>
            <Plural value={meant.length} one="Mend # digit" other="Mend # last digits" />
          </Button>
        )}
      </Group>
      <ul className={styles.lines} aria-label={t`Lines`}>
        {sorted.map((line) => (
          <Verdict key={`${line.line} ${line.input}`} {...{ labelOf, line, isBusy, mend }} />
        ))}
      </ul>
    </section>
  )
}

/** `Verdict` is a line as it was found. One that is wrong is mended in its place. */
function Verdict({
  labelOf,
  line: { line, input, verdict, suggestion, same_as, earlier, problem },
  isBusy,
  mend,
}: {
  labelOf: LabelOf
  line: Line
  isBusy: boolean
  mend: (by: ReadonlyMap<number, string>) => void
}) {
  const { t, i18n } = useLingui()
  const [typed, setTyped] = useState<string>()
  const digit = suggestion?.at(-1) ?? ''
  const { tone, words } = verdictWords[verdict]
  const isWrong = verdict === 'check_digit' || verdict === 'short' || verdict === 'unfit'
  return (
    <li>
      <span className="muted">{line}</span>{' '}
      {typed === undefined ? (
        <span className={`code ${styles.input}`}>{input}</span>
      ) : (
        <form
          className={styles.mend}
          onSubmit={(event) => {
            event.preventDefault()
            mend(new Map([[line, typed]]))
          }}
        >
          <TextInput
            aria-label={t`Line ${line}`}
            size="xs"
            classNames={{ input: 'code' }}
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            data-autofocus
            required
          />
          <Button type="submit" size="compact-sm" loading={isBusy}>
            <Trans>Check</Trans>
          </Button>
        </form>
      )}
      <Badge tone={tone}>{i18n._(words)}</Badge>
      {suggestion && (
        <Button
          size="compact-xs"
          variant="default"
          disabled={isBusy}
          title={suggestion}
          onClick={() => mend(new Map([[line, suggestion]]))}
        >
          {verdict === 'short' ? t`Add ${digit}` : t`Use ${digit}`}
        </Button>
      )}
      {isWrong && typed === undefined && (
        <Button size="compact-xs" variant="subtle" onClick={() => setTyped(input)}>
          <Trans>Mend</Trans>
        </Button>
      )}
      {same_as !== null && <span>{t`See line ${same_as}`}</span>}
      {earlier && (
        <span className={styles.earlier}>
          <Link to={`/orders/${earlier.order}` as string}>{t`Order ${earlier.order}`}</Link>
          <When at={earlier.created_at} />
          <StateBadge state={earlier.state} />
          {earlier.result !== null && <span className={styles.result}>{earlier.result}</span>}
        </span>
      )}
      {verdict === 'unfit' && problem && <span>{problemText(problem, labelOf(problem.field))}</span>}
    </li>
  )
}
