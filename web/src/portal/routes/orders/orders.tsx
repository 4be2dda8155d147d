import { Trans, useLingui } from '@lingui/react/macro'
import { TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { OrderList, readOrders } from '../../order-list.tsx'

/** `Orders` are all orders of the account. */
export function Orders() {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const list = usePages(['orders', 'all', q], async (cursor, signal) => {
    const page = await readOrders(
      { limit: 50, ...(cursor && { cursor: Number(cursor) }), ...(q && { q }) },
      signal,
    )
    return { items: page.items, next_cursor: page.next_cursor === null ? null : String(page.next_cursor) }
  })
  return (
    <Page title={t`Orders`}>
      <TextInput
        type="search"
        label={t`Find`}
        description={t`An order's number, an IMEI, a serial number or your reference`}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        mb="md"
      />
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>{q ? <Trans>No order has that.</Trans> : <Trans>Nothing was ordered yet.</Trans>}</Empty>
      )}
      {list.rows && list.rows.length > 0 && <OrderList rows={list.rows} more={list.more} />}
    </Page>
  )
}
