import { Trans } from '@lingui/react/macro'
import { Button, type ButtonProps, CopyButton } from '@mantine/core'
import type { ReactNode } from 'react'

/** `Copy` copies a text, and says so for a moment. `children` is what its button says before. */
export function Copy({
  value,
  children,
  ...button
}: ButtonProps & { value: string; children: ReactNode; 'aria-label'?: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button variant="default" {...button} onClick={copy}>
          {copied ? <Trans>Copied</Trans> : children}
        </Button>
      )}
    </CopyButton>
  )
}
