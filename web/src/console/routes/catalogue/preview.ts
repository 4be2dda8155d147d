import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { ApiFault, api, dataOf } from '../../../api/client.ts'
import type { Change, Problem, Service } from './service-data.ts'

const PAUSE_MS = 250

const ask = (service: number, change: Change, signal: AbortSignal) =>
  dataOf(
    api.POST('/api/operator/services/preview', {
      body: { service: String(service), change } as never,
      signal,
    }),
  )

export type PreviewData = Awaited<ReturnType<typeof ask>>

export interface Preview {
  data: PreviewData | undefined
  /** `isOld`: it is of what was there before. */
  isOld: boolean
  /** `problems` are what is wrong with the values as they are. */
  problems: readonly Problem[]
  fault: unknown
}

/** `previewQuery` asks what a draft would make of a service; without any change what it is. */
export const previewQuery = ({ id, name, version }: Service, text: string) =>
  queryOptions({
    queryKey: ['services', 'preview', id, version, text],
    queryFn: ({ signal }) => ask(id, (text === NOTHING ? { name } : JSON.parse(text)) as Change, signal),
    retry: false,
  })

const NOTHING = '{}'

/** `usePreview` has the server say, a moment behind the typing, what a changed service would be for others. */
export function usePreview(service: Service, draft: Change): Preview {
  const text = JSON.stringify(draft)
  const [settled] = useDebouncedValue(text, PAUSE_MS)
  const { data, error, isPlaceholderData, isFetching } = useQuery({
    ...previewQuery(service, settled),
    placeholderData: keepPreviousData,
  })
  const isOld = isPlaceholderData || isFetching || settled !== text
  const problems = error instanceof ApiFault && settled === text ? error.problems : []
  return { data, isOld, problems, fault: problems.length > 0 ? undefined : error }
}
