import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { Bytes } from '../../../kit/bytes.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { millis } from '../../../kit/duration.ts'
import { AtFields, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { Saying } from '../../../kit/saying.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { ReadWords, readWords } from './read-words.tsx'
import styles from './supplier.module.css'
import { readListed, type Supplier, useSupplierKinds } from './supplier-data.ts'

type Listed = Awaited<ReturnType<typeof readListed>>['items'][number]

const outcomes: Readonly<Record<string, { tone: Tone; words: MessageDescriptor }>> = {
  success: { tone: 'done', words: msg`Done` },
  accepted: { tone: 'working', words: msg`Taken` },
  refused: { tone: 'failed', words: msg`Refused` },
  unavailable: { tone: 'needs', words: msg`Not taken` },
  duplicate: { tone: 'needs', words: msg`It has it already` },
  unknown: { tone: 'unknown', words: msg`Outcome unknown` },
}

/** `TryDialog` really sends one item to a supplier, which buys it; it says the cost before, and shows what was sent, received, and how it was read. */
export function TryDialog({ supplier, onClose }: { supplier: Supplier; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const { name, currency } = supplier
  const id = String(supplier.id)
  const client = useQueryClient()
  const seesCosts = useMay()('costs.read')
  const key = useMemo(() => crypto.randomUUID(), [])
  const [imei, setImei] = useState('')
  const [wanted, setWanted] = useState('')
  const [chosen, setChosen] = useState<Listed>()
  const [q] = useDebouncedValue(wanted.trim(), 200)
  const kinds = useSupplierKinds()
  const hasServices = kinds.data?.items.find(({ kind }) => kind === supplier.kind)?.has_services ?? true
  const services = useQuery({
    queryKey: ['suppliers', id, 'services', 'try', q],
    queryFn: ({ signal }) => readListed(id, { state: 'there', limit: 20, ...(q && { q }) }, signal),
    enabled: hasServices,
  })
  const params = { path: { supplier: id } }
  const refresh = () => void client.invalidateQueries({ queryKey: ['suppliers', id] })
  const buy = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/suppliers/{supplier}/try', {
          params: { ...params, header: { 'idempotency-key': key } },
          body: { imei: imei.trim(), quantity: 1, ...(chosen && { remote_service: chosen.remote_service }) },
        }),
      ),
    onSettled: refresh,
  })
  const ask = useMutation({
    mutationFn: (test: number) =>
      dataOf(
        api.POST('/api/operator/suppliers/{supplier}/tries/{id}/ask', {
          params: { path: { supplier: id, id: test } },
        }),
      ),
    onSettled: refresh,
  })
  const done = ask.data ?? buy.data
  const said = done?.said ?? ''
  const words = useQuery({
    queryKey: ['answers', 'read', id, said],
    queryFn: () => readWords({ supplier: id, said }),
    enabled: said !== '',
  })
  const cost = seesCosts && chosen?.cost !== undefined ? money(chosen.cost, chosen.currency) : undefined
  const submit = (event: FormEvent) => {
    event.preventDefault()
    buy.mutate()
  }
  return (
    <Dialog opened onClose={onClose} title={t`Test ${name} with one IMEI`}>
      {done ? (
        <Stack>
          <p>
            <Badge tone={outcomes[done.outcome]?.tone ?? 'unknown'}>
              {i18n._(outcomes[done.outcome]?.words ?? { id: done.outcome })}
            </Badge>{' '}
            <Saying text={done.meaning} />
          </p>
          {done.outcome !== 'success' && words.data && (
            <p className="muted">
              <ReadWords read={words.data} />
            </p>
          )}
          {done.exchanges.map((one, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they never change their order.
            <section key={place} aria-label={t`What was sent and received`}>
              <span className="code">
                {one.method} {one.url}
              </span>{' '}
              <span className="muted">{millis(one.milliseconds)}</span>
              <Bytes>{one.request || '–'}</Bytes>
              <span className="muted">
                {one.status === null ? <Saying text={one.error ?? ''} /> : t`Answered ${one.status}`}
              </span>
              <Bytes>{one.answer ?? '–'}</Bytes>
            </section>
          ))}
          <FaultNote fault={ask.error} untouched={t`Nothing more was bought.`} />
          <Group justify="flex-end">
            {done.outcome !== 'success' && done.outcome !== 'refused' && (
              <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate(done.id)}>
                <Trans>Ask what has become of it</Trans>
              </Button>
            )}
            <Button onClick={onClose}>
              <Trans>Close</Trans>
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <AtFields fault={buy.error}>
            <Stack>
              {hasServices && (
                <>
                  <TextInput
                    field="remote_service"
                    label={t`Its service`}
                    description={t`A part of the name, or the id there.`}
                    value={wanted}
                    onChange={({ currentTarget }) => {
                      setWanted(currentTarget.value)
                      setChosen(undefined)
                    }}
                    autoComplete="off"
                    data-autofocus
                  />
                  <FaultNote fault={services.error} />
                  {services.data?.items.length === 0 && (
                    <p className="muted">
                      {q ? (
                        <Trans>Its list has no such service.</Trans>
                      ) : (
                        <Trans>Its list was not taken over yet: read it first, by the import.</Trans>
                      )}
                    </p>
                  )}
                  {services.data && services.data.items.length > 0 && (
                    <ul className={styles.choices} aria-label={t`Services of ${name}`}>
                      {services.data.items.map((one) => (
                        <li key={one.remote_service}>
                          <button
                            type="button"
                            aria-pressed={chosen?.remote_service === one.remote_service}
                            onClick={() => setChosen(one)}
                          >
                            <span>
                              {one.name} <span className="muted code">{one.remote_service}</span>
                            </span>
                            {one.cost !== undefined && <span>{money(one.cost, one.currency)}</span>}
                          </button>
                        </li>
                      ))}
                    </ul>
                  )}
                </>
              )}
              <TextInput
                field="imei"
                label={t`IMEI or serial number`}
                value={imei}
                onChange={({ currentTarget }) => setImei(currentTarget.value)}
                required
                maxLength={255}
                autoComplete="off"
                classNames={{ input: 'code' }}
              />
              <p>
                {cost ? (
                  <Trans>
                    This buys at {name} for {cost}, outside of any order: nobody is charged for it but you.
                  </Trans>
                ) : (
                  <Trans>
                    This buys at {name}, in {currency}, outside of any order: nobody is charged for it but
                    you.
                  </Trans>
                )}
              </p>
              <FaultNote
                fault={buy.error}
                untouched={t`It may have been bought. Press again: it is the same test, and is not bought twice.`}
              />
              <Group justify="flex-end">
                <Button variant="default" onClick={onClose}>
                  <Trans>Close</Trans>
                </Button>
                <Button type="submit" loading={buy.isPending} disabled={hasServices && !chosen}>
                  {cost ? t`Buy it for ${cost}` : t`Buy it`}
                </Button>
              </Group>
            </Stack>
          </AtFields>
        </form>
      )}
    </Dialog>
  )
}
