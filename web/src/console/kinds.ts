import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { Sort, worded } from './kind-words.ts'

/** `useKinds` reads the kinds of a sort, with what each is configured with, in the reader's language. */
export function useKinds<Kind extends Parameters<typeof worded>[1][number]>(
  sort: Sort,
  read: (signal: AbortSignal) => Promise<{ items: Kind[] }>,
) {
  const { i18n } = useLingui()
  return useQuery({
    queryKey: [`${sort}-kinds`, i18n.locale],
    queryFn: async ({ signal }) => {
      const [words, { items }] = await Promise.all([import('./kind-words.ts'), read(signal)])
      await words.speakKinds()
      return { items: words.worded(sort, items) }
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}
