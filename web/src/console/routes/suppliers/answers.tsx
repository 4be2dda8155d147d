import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Table } from '@mantine/core'
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { AtFields, TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import { ReadWords, readWords } from './read-words.tsx'
import styles from './supplier.module.css'
import { supplierQuery } from './supplier-data.ts'

const readRules = (signal: AbortSignal) => dataOf(api.GET('/api/operator/answers/rules', { signal }))
type Rule = Awaited<ReturnType<typeof readRules>>['items'][number]

/** `Answers` shows what a supplier said that no list of words knows, and what people have taught of it. */
export function Answers() {
  const { t } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const { data: one } = useSuspenseQuery(supplierQuery(supplier))
  const mayTeach = useMay()('answers.teach')
  const client = useQueryClient()
  const [forgotten, setForgotten] = useState<Rule>()
  const answers = useQuery({
    queryKey: ['suppliers', supplier, 'answers'],
    queryFn: async ({ signal }) => {
      const [heard, rules] = await Promise.all([
        dataOf(api.GET('/api/operator/answers', { params: { query: { limit: 1000 } }, signal })),
        readRules(signal),
      ])
      return { heard: heard.items, rules: rules.items }
    },
  })
  const heard = answers.data?.heard.filter((answer) => answer.supplier.id === one.id) ?? []
  const rules =
    answers.data?.rules
      .filter((rule) => rule.supplier === one.name || rule.kind === one.kind)
      .toSorted((a, b) => orderOf(a) - orderOf(b)) ?? []
  return (
    <Stack gap="xl">
      <TryAnswer supplier={one.name} />
      <FaultNote fault={answers.error} onRetry={() => void answers.refetch()} />
      {answers.isPending && <Loading />}
      {answers.data && (
        <>
          <section>
            <h2 className={styles.heading}>
              <Trans>Words that no list knows</Trans>
            </h2>
            {heard.length === 0 ? (
              <Empty>
                <Trans>It has said nothing that was not understood.</Trans>
              </Empty>
            ) : (
              <CardTable label={t`Words that no list knows`} verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t`Said`}</Table.Th>
                    <Table.Th ta="end">{t`How often`}</Table.Th>
                    <Table.Th>{t`Last`}</Table.Th>
                    <Table.Th data-card="state">{t`Means`}</Table.Th>
                    <Table.Th ta="end">{t`Waiting`}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {heard.map((answer) => (
                    <Table.Tr key={answer.words}>
                      <Table.Td>{answer.samples[0] ?? answer.words}</Table.Td>
                      <Table.Td ta="end">{answer.heard}</Table.Td>
                      <Table.Td>
                        <When at={answer.last_heard_at} />
                      </Table.Td>
                      <Table.Td>
                        {answer.rule?.meaning ??
                          (answer.review === null ? (
                            '–'
                          ) : (
                            <Link
                              to="/inbox"
                              search={{ kind: 'answer', open: `review-${answer.review}` }}
                            >{t`Say what it means`}</Link>
                          ))}
                      </Table.Td>
                      <Table.Td ta="end">{answer.waiting}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </CardTable>
            )}
          </section>
          <section>
            <h2 className={styles.heading}>
              <Trans>What people have taught</Trans>
            </h2>
            {rules.length === 0 ? (
              <Empty>
                <Trans>Nothing yet. The shipped word lists of ten languages count all the same.</Trans>
              </Empty>
            ) : (
              <CardTable label={t`What people have taught`} verticalSpacing={6}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t`Words`}</Table.Th>
                    <Table.Th data-card="state">{t`Means`}</Table.Th>
                    <Table.Th>{t`For`}</Table.Th>
                    <Table.Th>{t`By`}</Table.Th>
                    <Table.Th data-card="words">{t`Why`}</Table.Th>
                    {mayTeach && (
                      <Table.Th>
                        <span className="visually-hidden">{t`Actions`}</span>
                      </Table.Th>
                    )}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rules.map((rule) => (
                    <Table.Tr key={rule.id}>
                      <Table.Td>{rule.words ?? rule.phrase}</Table.Td>
                      <Table.Td>{rule.meaning}</Table.Td>
                      <Table.Td>{rule.supplier ?? t`All of kind ${rule.kind ?? ''}`}</Table.Td>
                      <Table.Td>
                        {rule.taught_by}&nbsp;· <When at={rule.taught_at} />
                      </Table.Td>
                      <Table.Td>{rule.why}</Table.Td>
                      {mayTeach && (
                        <Table.Td>
                          <Button
                            size="compact-sm"
                            variant="subtle"
                            onClick={() => setForgotten(rule)}
                            aria-label={t`Forget ${rule.words ?? rule.phrase ?? ''}`}
                          >
                            <Trans>Forget…</Trans>
                          </Button>
                        </Table.Td>
                      )}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </CardTable>
            )}
            {rules.length > 1 && (
              <p className="muted">
                <Trans>
                  The first rule that fits counts. Rules for this supplier come before rules for its kind, and
                  rules for a whole text before rules for a part of it.
                </Trans>
              </p>
            )}
          </section>
          <Shipped />
        </>
      )}
      {forgotten && (
        <ActDialog
          title={t`Forget what was taught?`}
          button={t`Forget the rule`}
          untouched={<Trans>The rule counts as before.</Trans>}
          act={() =>
            dataOf(
              api.POST('/api/operator/answers/rules/{id}/forget', {
                params: { path: { id: forgotten.id } },
                body: {},
              }),
            )
          }
          onDone={() => void client.invalidateQueries({ queryKey: ['suppliers'] })}
          onClose={() => setForgotten(undefined)}
        >
          <Trans>
            “{forgotten.words ?? forgotten.phrase}” means nothing any more: the next item of which it is said
            waits for a person, its money held. What was decided by it stays so.
          </Trans>
        </ActDialog>
      )}
    </Stack>
  )
}

/** `orderOf` is how rules count: see `meaningOf` of the server. */
const orderOf = ({ supplier, phrase }: Rule): number =>
  (supplier === null ? 2 : 0) + (phrase === null ? 0 : 1)

/** `TryAnswer` says how something that a supplier said would be read, and by what. */
function TryAnswer({ supplier }: { supplier: string }) {
  const { t } = useLingui()
  const [said, setSaid] = useState('')
  const read = useMutation({
    mutationFn: () => readWords({ supplier, said }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    read.mutate()
  }
  return (
    <section>
      <h2 className={styles.heading}>
        <Trans>Try an answer</Trans>
      </h2>
      <AtFields fault={read.error}>
        <form onSubmit={submit}>
          <Group align="end" wrap="nowrap">
            <TextInput
              field="words"
              label={t`What it said`}
              placeholder={t`Paste its words`}
              value={said}
              onChange={({ currentTarget }) => setSaid(currentTarget.value)}
              maxLength={4000}
              flex={1}
              maw={560}
            />
            <Button type="submit" variant="default" loading={read.isPending} disabled={said.trim() === ''}>
              <Trans>How is it read?</Trans>
            </Button>
          </Group>
        </form>
        <FaultNote fault={read.error} />
      </AtFields>
      {read.data && (
        <p role="status">
          <ReadWords read={read.data} />
        </p>
      )}
    </section>
  )
}

/** `Shipped` shows the word lists that every supplier's answers are held against. */
function Shipped() {
  const { t } = useLingui()
  const [isOpen, setOpen] = useState(false)
  const lists = useQuery({
    queryKey: ['answer-lists'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/answers/lists', { signal })),
    enabled: isOpen,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <section>
      <h2 className={styles.heading}>
        <Trans>Shipped word lists</Trans>
      </h2>
      <p className="muted">
        <Trans>
          Ten languages, which count before what was taught. Words of your own stand in the settings of the
          supplier.
        </Trans>
      </p>
      <Button variant="default" size="compact-md" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? <Trans>Hide them</Trans> : <Trans>Show them</Trans>}
      </Button>
      {isOpen && (
        <>
          <FaultNote fault={lists.error} onRetry={() => void lists.refetch()} />
          {lists.isPending && <Loading rows={4} />}
          <CardTable label={t`Shipped word lists`} verticalSpacing={6} mt="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Language`}</Table.Th>
                <Table.Th data-card="state">{t`Means`}</Table.Th>
                <Table.Th data-card="words">{t`Phrases`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {lists.data?.items.map(({ language, means, phrases }) => (
                <Table.Tr key={`${language} ${means}`}>
                  <Table.Td>{language}</Table.Td>
                  <Table.Td>{means}</Table.Td>
                  <Table.Td>{phrases.join('\u00A0· ')}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </CardTable>
        </>
      )}
    </section>
  )
}
