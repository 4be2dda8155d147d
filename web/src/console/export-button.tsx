import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useKeys } from '../kit/keys.tsx'
import type { ExportProps } from './export-dialog.tsx'

// The dialog is loaded when it is opened: few who read a list export it.
const ExportDialog = lazy(async () => ({ default: (await import('./export-dialog.tsx')).ExportDialog }))

/** `ExportButton` asks how the file of a list is to be, and gives it; `e` does so, too. */
export function ExportButton(props: ExportProps) {
  const { t } = useLingui()
  const [isOpen, setOpen] = useState(false)
  useKeys({ e: [t`Export what is listed`, () => setOpen(true)] })
  return (
    <>
      <Button variant="default" size="compact-md" onClick={() => setOpen(true)}>
        <Trans>Export…</Trans>
      </Button>
      {isOpen && (
        <Suspense>
          <ExportDialog {...props} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
