import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import type { PreviewData } from './preview.ts'
import styles from './service.module.css'

const words: Record<PreviewData['breaks'][number]['what'], MessageDescriptor> = {
  code: msg`It has another code: programs and panels that order by the old one do not find it.`,
  off: msg`It is turned off: nobody can order it any more.`,
  hidden: msg`Some who see it now do not see it any more.`,
  field_gone: msg`The field is gone: orders that have it are refused.`,
  field_needed: msg`The field is needed now: orders without it are refused.`,
  field_choices: msg`The field takes fewer values: orders with the others are refused.`,
  quantity: msg`Fewer quantities can be ordered.`,
  length: msg`Fewer lengths of the input are taken.`,
  schema: msg`The schema of its orders says something else: panels do not know before they read the list again.`,
}

/** `BreaksDialog` says what a change breaks, and for how many, before it is saved. */
export function BreaksDialog({
  preview: { breaks, buyers, panels, open_orders: open },
  onSave,
  onClose,
}: {
  preview: PreviewData
  onSave: () => Promise<void>
  onClose: () => void
}) {
  const { t, i18n } = useLingui()
  return (
    <ActDialog
      title={t`Save what breaks orders?`}
      button={t`Save all the same`}
      act={onSave}
      onClose={onClose}
    >
      <ul className={styles.breaks}>
        {breaks.map(({ what, field }) => (
          <li key={`${what} ${field}`}>
            {field && <strong className="code">{field} </strong>}
            {i18n._(words[what])}
          </li>
        ))}
      </ul>
      <p>
        {buyers === 0 ? (
          <Trans>Nobody has ordered it since the month before.</Trans>
        ) : (
          <>
            <Plural
              value={buyers}
              one="# reseller has ordered it since the month before."
              other="# resellers have ordered it since the month before."
            />{' '}
            {panels > 0 && (
              <Plural
                value={panels}
                one="# of them has a Dhru panel, which must read the list again."
                other="# of them have a Dhru panel, which must read the list again."
              />
            )}
          </>
        )}
      </p>
      <p className="muted">
        {open.value === 0 ? (
          <Trans>No order of it is open.</Trans>
        ) : (
          <Plural
            value={open.value}
            one="# open order is finished as it was ordered."
            other="# open orders are finished as they were ordered."
          />
        )}
      </p>
    </ActDialog>
  )
}
