import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'

/** `useValueNames` gives what values are called in the reader's language, by their names in the API; where it has no words, the name itself. While the words are loaded it gives nothing. */
export function useValueNames(): (name: string) => string {
  const { i18n } = useLingui()
  const { data: wordsOf, isPending } = useQuery({
    queryKey: ['value-words', i18n.locale],
    queryFn: async () => {
      const { speakValues, valueWords } = await import('./value-words.ts')
      await speakValues()
      return { of: valueWords }
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (name) => (isPending ? '' : (wordsOf?.of(name) ?? name))
}
