import { api, dataOf } from '../../../api/client.ts'
import { ShareDialog } from '../../../kit/share-dialog.tsx'
import type { OrderRow } from './order-data.ts'

/** `Share` makes links to the results of an order, and ends them. */
export function Share({
  order: { id, item_count: items },
  onClose,
}: {
  order: OrderRow
  onClose: () => void
}) {
  const params = { path: { id } }
  return (
    <ShareDialog
      {...{ items, onClose }}
      share={(item) => dataOf(api.POST('/api/operator/orders/{id}/share', { params, body: { item } }))}
      stop={(item) => dataOf(api.POST('/api/operator/orders/{id}/stop-sharing', { params, body: { item } }))}
    />
  )
}
