import { Trans, useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { type Column, List, useLook } from '../../../kit/table.tsx'
import { Price } from '../../price.tsx'
import { useSession } from '../../session.tsx'

interface Row {
  id: number
  code: string
  name: string
  group: string
  delivery_time: string
  rule: { unit_price: string }
}

/** `Services` is the account's price list; each service leads to the page where it is ordered. */
export function Services() {
  const { t } = useLingui()
  const { account } = useSession()
  const navigate = useNavigate()
  const [look] = useLook('portal-services')
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const list = usePages<Row>(['services', q], async (cursor, signal) => {
    const query = { limit: 100, ...(cursor && { cursor: Number(cursor) }), ...(q && { q }) }
    const { page } = await dataOf(portal.GET('/api/services', { params: { query }, signal }))
    return { items: page.items, next_cursor: page.next_cursor === null ? null : String(page.next_cursor) }
  })
  const price = ({ rule }: Row) => <Price value={rule.unit_price} currency={account.currency} />
  const columns: readonly Column<Row>[] = [
    { id: 'name', head: t`Service`, width: 220, grow: true, rank: 0, cell: ({ name }) => name },
    { id: 'group', head: t`Group`, width: 160, rank: 2, cell: ({ group }) => group },
    { id: 'time', head: t`Takes`, width: 130, rank: 1, cell: ({ delivery_time }) => delivery_time },
    { id: 'price', head: t`Price`, width: 130, rank: 0, end: true, cell: price },
  ]
  const to = ({ code }: Row) => `/order/${encodeURIComponent(code)}`
  return (
    <Page title={t`Services`}>
      <TextInput
        type="search"
        label={t`Find a service`}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        mb="md"
      />
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          {q ? <Trans>No service is called so.</Trans> : <Trans>No service is offered to you yet.</Trans>}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more, to }}
          name={t`Services`}
          idOf={({ id }) => id}
          label={({ name }) => name}
          onOpen={(row) => void navigate({ to: to(row) })}
          card={(row) => (
            <>
              <div>{row.name}</div>
              <div>
                {price(row)} {row.delivery_time}
              </div>
            </>
          )}
        />
      )}
    </Page>
  )
}
