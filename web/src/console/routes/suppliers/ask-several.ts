import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import type { Supplier } from './supplier-data.ts'

/** Asked is what came of asking a supplier; `asked`: it has not answered yet. */
export type Asked = { is: 'asked' } | { is: 'good' | 'bad'; words: string } | { is: 'fault'; fault: Error }

/** AT_ONCE is how many suppliers are asked at a time. */
const AT_ONCE = 3

/** `useAsking` asks several suppliers, some at a time, for our account or for their lists, and has what each of them answered, by id. */
export function useAsking() {
  const { t } = useLingui()
  const client = useQueryClient()
  const [answers, setAnswers] = useState<ReadonlyMap<number, Asked>>(new Map())
  const note = (id: number, answer: Asked) => setAnswers((old) => new Map(old).set(id, answer))
  const test = async (supplier: string): Promise<Asked> => {
    const { ok, account, problem } = await dataOf(
      api.POST('/api/operator/suppliers/{supplier}/test', { params: { path: { supplier } } }),
    )
    if (!ok) return { is: 'bad', words: problem ?? t`It does not work yet.` }
    const { balance, currency } = account ?? {}
    return {
      is: 'good',
      words:
        balance != null && currency != null ? t`It works: ${money(balance, currency)} there.` : t`It works.`,
    }
  }
  const list = async (supplier: string): Promise<Asked> => {
    const { error } = await dataOf(
      api.POST('/api/operator/suppliers/{supplier}/list', { params: { path: { supplier } } }),
    )
    return error === null ? { is: 'good', words: t`Its list was read.` } : { is: 'bad', words: error }
  }
  const ask = async (what: 'test' | 'list', suppliers: readonly Supplier[]): Promise<void> => {
    for (const { id } of suppliers) note(id, { is: 'asked' })
    const waiting = suppliers.map(({ id }) => id)
    const askNext = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift())
        note(
          id,
          await (what === 'test' ? test : list)(String(id)).catch((fault: Error) => ({ is: 'fault', fault })),
        )
    }
    await Promise.all(Array.from({ length: AT_ONCE }, askNext))
    await client.invalidateQueries({ queryKey: ['suppliers'] })
  }
  return { answers, ask }
}
