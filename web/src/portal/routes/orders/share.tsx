import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { ShareDialog } from '../../../kit/share-dialog.tsx'

/** `Share` makes links to the result of one item, and ends them. */
export function Share({ order, item, onClose }: { order: number; item: number; onClose: () => void }) {
  const given = { params: { path: { id: order } }, body: { item } }
  return (
    <ShareDialog
      {...{ items: 1, onClose }}
      share={() => dataOf(portal.POST('/api/portal/orders/{id}/share', given))}
      stop={() => dataOf(portal.POST('/api/portal/orders/{id}/stop-sharing', given))}
    />
  )
}
