import { Trans, useLingui } from '@lingui/react/macro'
import { Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { NewsItem } from '../../../kit/news-item.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { newsQuery } from '../../news.ts'
import { useSession } from '../../session.tsx'

/** `News` is what the shop has to say. What is shown counts as read, and stays marked until one leaves. */
export function News() {
  const { t } = useLingui()
  const { person } = useSession()
  const client = useQueryClient()
  const news = useQuery(newsQuery)
  const [fresh, setFresh] = useState<ReadonlySet<number>>(new Set())
  const unread = news.data?.items.filter(({ is_read }) => !is_read).map(({ id }) => id) ?? []
  const named = unread.join()
  useEffect(() => {
    if (!person || named === '') return
    const ids = named.split(',').map(Number)
    setFresh((before) => new Set([...before, ...ids]))
    // The count goes on with what the server says; a fault leaves it as it was.
    dataOf(portal.POST('/api/portal/news/read', { body: { ids } })).then(
      (read) => client.setQueryData(newsQuery.queryKey, read),
      () => undefined,
    )
  }, [client, person, named])
  return (
    <Page title={t`News`} narrow>
      <FaultNote fault={news.error} onRetry={() => void news.refetch()} />
      {news.isPending && <Loading rows={4} />}
      {news.data?.items.length === 0 && (
        <Empty>
          <Trans>There is no news. What the shop has to say stands here.</Trans>
        </Empty>
      )}
      <Stack>
        {news.data?.items.map(({ id, ...item }) => (
          <NewsItem key={id} {...item} isNew={fresh.has(id)} />
        ))}
      </Stack>
    </Page>
  )
}
