import { Trans, useLingui } from '@lingui/react/macro'
import { api, dataOf } from '../../../api/client.ts'

type Read = Awaited<ReturnType<typeof readWords>>
/** `readWords` asks how words of a supplier would be read, which changes nothing. */
export const readWords = (body: { supplier: string; said: string }) =>
  dataOf(api.POST('/api/operator/answers/read', { body }))

/** `ReadWords` says by which list, or which rule that was taught, words are read. */
export function ReadWords({ read: { list, rule } }: { read: Read }) {
  const { t } = useLingui()
  if (list) {
    const from = list.language ?? t`own words of the supplier`
    return (
      <Trans>
        It means <strong>{list.means}</strong>, by “{list.phrase}” ({from}).
      </Trans>
    )
  }
  if (rule)
    return (
      <Trans>
        It means <strong>{rule.meaning}</strong>, as {rule.taught_by} has taught: “{rule.words ?? rule.phrase}
        ”.
      </Trans>
    )
  return <Trans>No list and no rule knows it: a person is asked, and the money stays held meanwhile.</Trans>
}
