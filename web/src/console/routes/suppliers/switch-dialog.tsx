import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import type { Supplier } from './supplier-data.ts'

/** `SwitchDialog` has a supplier get no more items, or get them again. */
export function SwitchDialog({
  supplier: { id, name, enabled, open_items: open },
  onDone,
  onClose,
}: {
  supplier: Supplier
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const params = { path: { supplier: String(id) } }
  return (
    <ActDialog
      title={enabled ? t`Switch off ${name}?` : t`Switch on ${name}?`}
      button={enabled ? t`Switch off ${name}` : t`Switch on ${name}`}
      isDangerous={enabled}
      needsReason={enabled}
      reasons={enabled ? [t`It answers wrongly`, t`It takes too long`, t`It costs too much`] : []}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={({ why }) =>
        enabled
          ? dataOf(api.POST('/api/operator/suppliers/{supplier}/pause', { params, body: { why } }))
          : dataOf(api.POST('/api/operator/suppliers/{supplier}/resume', { params }))
      }
      onDone={onDone}
      onClose={onClose}
    >
      {enabled ? (
        <p>
          <Trans>
            Nothing more is sent to {name}. Orders go by the next route, or wait, and their money stays held.
          </Trans>{' '}
          <Plural
            value={open}
            _0="It has no open items."
            one="# open item there is finished and charged as usual."
            other="# open items there are finished and charged as usual."
          />
        </p>
      ) : (
        <p>
          <Trans>Orders that wait for {name} are sent to it at once.</Trans>
        </p>
      )}
    </ActDialog>
  )
}
