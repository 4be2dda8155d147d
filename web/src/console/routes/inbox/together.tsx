import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Radio, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { AtFields, Textarea, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Saying } from '../../../kit/saying.tsx'
import { Applied } from '../../applied.tsx'
import { decisionWords } from '../../inbox-words.ts'
import { usePlanRows } from '../../plan-rows.ts'
import styles from './inbox.module.css'

const readReview = (id: number, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/reviews/{id}', { params: { path: { id } }, signal }))
type Decision = Awaited<ReturnType<typeof readReview>>['choices'][number]['decision']

const makePlan = (input: object) =>
  dataOf(api.POST('/api/operator/plans', { body: { kind: 'reviews.bulk', input: input as never } }))
type Plan = Awaited<ReturnType<typeof makePlan>>

interface TogetherProps {
  /** `reviews` are of one kind. */
  reviews: readonly number[]
  onDone: () => void
  onClose: () => void
}

/** `Together` decides several reviews alike, such as those of an outage: what would become of each is counted first. */
export function Together({ reviews, onDone, onClose }: TogetherProps) {
  const { t, i18n } = useLingui()
  const first = reviews[0] ?? 0
  const review = useQuery({ queryKey: ['review', first], queryFn: ({ signal }) => readReview(first, signal) })
  const [chosen, setChosen] = useState<Decision>()
  const [references, setReferences] = useState('')
  const [message, setMessage] = useState('')
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const [plan, setPlan] = useState<Plan>()
  const [applied, setApplied] = useState<number>()
  const title = t`Decide ${reviews.length} together`
  const look = async (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    setBusy(true)
    setFault(undefined)
    try {
      setPlan(
        await makePlan({
          reviews,
          decision: chosen,
          ...(chosen === 'found' && { references }),
          ...(chosen === 'give_back' && message.trim() !== '' && { message: message.trim() }),
        }),
      )
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  if (applied !== undefined) {
    const close = () => {
      onDone()
      onClose()
    }
    return <Applied plan={applied} title={title} onClose={close} />
  }
  if (plan && chosen)
    return (
      <Decide
        {...{ plan, title }}
        name={i18n._(decisionWords(chosen))}
        onApplied={() => setApplied(plan.id)}
        onClose={() => setPlan(undefined)}
      />
    )
  // A result is of one item alone.
  const choices = (review.data?.choices ?? []).filter(({ decision }) => decision !== 'result')
  return (
    <Dialog opened onClose={onClose} title={title}>
      <form onSubmit={(event) => void look(event)}>
        <AtFields fault={fault}>
          <Stack>
            <FaultNote fault={review.error} onRetry={() => void review.refetch()} />
            {review.isPending && <Loading rows={3} />}
            <Radio.Group
              label={t`What is decided about each of them`}
              value={chosen ?? ''}
              onChange={(value) => setChosen(value as Decision)}
            >
              <Stack gap="xs" mt="xs">
                {choices.map(({ decision }, at) => (
                  <Radio
                    key={decision}
                    value={decision}
                    label={i18n._(decisionWords(decision))}
                    {...(at === 0 && { 'data-autofocus': true })}
                  />
                ))}
              </Stack>
            </Radio.Group>
            {chosen === 'found' && (
              <Textarea
                field="references"
                label={t`The supplier's numbers`}
                description={t`A line for each: the IMEI, and the number that the supplier has it under.`}
                value={references}
                onChange={({ currentTarget }) => setReferences(currentTarget.value)}
                required
                autosize
                minRows={4}
                maxRows={14}
                classNames={{ input: 'code' }}
              />
            )}
            {chosen === 'give_back' && (
              <TextInput
                field="message"
                label={t`What the resellers read`}
                value={message}
                onChange={({ currentTarget }) => setMessage(currentTarget.value)}
                maxLength={500}
              />
            )}
            <FaultNote fault={fault} untouched={<Trans>Nothing is decided.</Trans>} />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                <Trans>Close</Trans>
              </Button>
              <Button type="submit" loading={isBusy} disabled={chosen === undefined}>
                <Trans>See what would become of them</Trans>
              </Button>
            </Group>
          </Stack>
        </AtFields>
      </form>
    </Dialog>
  )
}

interface DecideProps {
  plan: Plan
  title: string
  name: string
  onApplied: () => void
  onClose: () => void
}

/** `Decide` says what a plan does to the money, names what it leaves out, and applies it. */
function Decide({ plan, title, name, onApplied, onClose }: DecideProps) {
  const { t } = useLingui()
  const params = { path: { id: plan.id } }
  const rows = usePlanRows(plan.id, { isWhole: true })
  const fits = plan.verdicts['decided'] ?? 0
  const rest = rows.rows.filter(({ verdict }) => verdict !== 'decided')
  const sum = Object.entries((plan.summary['gives_back'] ?? {}) as Record<string, string>)
    .map(([currency, amount]) => money(amount, currency))
    .join(' + ')
  return (
    <ActDialog
      title={title}
      button={sum === '' ? t`Decide ${fits}` : t`Give back ${sum}`}
      isDangerous={plan.needs.length > 0}
      isReady={fits > 0 && plan.may_apply}
      needsReason
      reasons={[t`Their support says so`, t`The supplier had an outage`]}
      untouched={<Trans>Nothing is decided, and no money has moved.</Trans>}
      act={async ({ key, why }) => {
        await dataOf(
          api.POST('/api/operator/plans/{id}/apply', {
            params: { ...params, header: { 'idempotency-key': key } } as never,
            body: { why, confirm: plan.needs },
          }),
        )
        onApplied()
      }}
      onClose={onClose}
    >
      <Stack gap="sm">
        <p>
          <strong>{name}</strong>:{' '}
          <Trans>
            it fits {fits} of {plan.rows}.
          </Trans>{' '}
          {sum === '' ? (
            <Trans>What is held stays held.</Trans>
          ) : (
            <Trans>{sum} goes back to the resellers. What a supplier delivers after all is your loss.</Trans>
          )}
          {plan.needs.includes('moves') && sum === '' && (
            <>
              {' '}
              <Trans>What a supplier has already is bought twice by sending it again.</Trans>
            </>
          )}
        </p>
        {!plan.may_apply && <p className="muted">{t`Your role may not give back, nor send again.`}</p>}
        {rest.length > 0 && (
          <div>
            <Plural value={rest.length} one="# is left as it is:" other="# are left as they are:" />
            <ul className={styles.misfits}>
              {rest.map(({ position, subject, warnings, warnings_said: said }) => (
                <li key={position}>
                  <span className="code">{String(subject['input'] ?? '')}</span>{' '}
                  <span className="muted">
                    {warnings.map((warning, at) => (
                      <Saying key={warning} text={warning} said={said[at]} />
                    ))}
                  </span>
                </li>
              ))}
            </ul>
          </div>
        )}
      </Stack>
    </ActDialog>
  )
}
