import { Trans, useLingui } from '@lingui/react/macro'
import { Stack, Table } from '@mantine/core'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Scrolling } from '../../../kit/scrolling.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './supplier.module.css'
import { supplierQuery } from './supplier-data.ts'

/** `Answers` shows what a supplier said that no list of words knows, and what people have taught of it. */
export function Answers() {
  const { t } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const { data: one } = useSuspenseQuery(supplierQuery(supplier))
  const answers = useQuery({
    queryKey: ['suppliers', supplier, 'answers'],
    queryFn: async ({ signal }) => {
      const [heard, rules] = await Promise.all([
        dataOf(api.GET('/api/operator/answers', { params: { query: { limit: 1000 } }, signal })),
        dataOf(api.GET('/api/operator/answers/rules', { signal })),
      ])
      return { heard: heard.items, rules: rules.items }
    },
  })
  const heard = answers.data?.heard.filter((answer) => answer.supplier.id === one.id) ?? []
  const rules =
    answers.data?.rules.filter((rule) => rule.supplier === one.name || rule.kind === one.kind) ?? []
  return (
    <Stack gap="xl">
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
              <Scrolling label={t`Words that no list knows`}>
                <Table verticalSpacing={6}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t`Said`}</Table.Th>
                      <Table.Th ta="end">{t`How often`}</Table.Th>
                      <Table.Th>{t`Last`}</Table.Th>
                      <Table.Th>{t`Means`}</Table.Th>
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
                </Table>
              </Scrolling>
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
              <Scrolling label={t`What people have taught`}>
                <Table verticalSpacing={6}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t`Words`}</Table.Th>
                      <Table.Th>{t`Means`}</Table.Th>
                      <Table.Th>{t`For`}</Table.Th>
                      <Table.Th>{t`By`}</Table.Th>
                      <Table.Th>{t`Why`}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {rules.map((rule) => (
                      <Table.Tr key={rule.id}>
                        <Table.Td>{rule.words ?? rule.phrase}</Table.Td>
                        <Table.Td>{rule.meaning}</Table.Td>
                        <Table.Td>{rule.supplier ?? t`All of kind ${rule.kind ?? ''}`}</Table.Td>
                        <Table.Td>
                          {rule.taught_by} · <When at={rule.taught_at} />
                        </Table.Td>
                        <Table.Td>{rule.why}</Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Scrolling>
            )}
          </section>
        </>
      )}
    </Stack>
  )
}
