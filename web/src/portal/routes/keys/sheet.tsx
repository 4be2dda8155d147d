import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRefreshOn } from '../../../api/events.ts'
import { type ApiKey, ConnectionSheet, FirstCall, type MadeKey } from '../../../kit/api-keys.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { useMay } from '../../session.tsx'
import { callsQuery, changeKey, keyQuery } from './key-data.ts'

const TOPICS = ['requests']

/** `Calls` follows the calls of a key, and says what became of the last one. */
export function Calls({ apiKey }: { apiKey: ApiKey }) {
  const may = useMay()
  const client = useQueryClient()
  const { id } = apiKey
  const calls = useQuery(callsQuery(id))
  useRefreshOn(TOPICS, callsQuery(id).queryKey)
  // Another change may have come between: the key is read as it stands now.
  const allow = useMutation({
    mutationFn: async (address: string) => {
      const now = await client.fetchQuery({ ...keyQuery(id), staleTime: 0 })
      await changeKey(now, { allowed_ips: [...now.allowed_ips, address] })
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
  })
  return (
    <>
      <FirstCall apiKey={apiKey} calls={calls.data} onAllow={may('keys.edit') ? allow.mutate : undefined} />
      <FaultNote fault={calls.error ?? allow.error} />
    </>
  )
}

/** `Sheet` shows what was made, once. */
export const Sheet = ({ made, onClose }: { made: MadeKey; onClose: () => void }) => (
  <ConnectionSheet made={made} onClose={onClose}>
    <Calls apiKey={made.key} />
  </ConnectionSheet>
)
