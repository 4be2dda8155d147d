import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useRef } from 'react'
import { useKeys } from './keys.tsx'

/** `FileLink` gives what is shown as a file of CSV; `e` does so, too. Without `href` it waits: what is in the file is not known yet. */
export function FileLink({ href }: { href: string | undefined }) {
  const { t } = useLingui()
  const link = useRef<HTMLAnchorElement>(null)
  useKeys({ e: [t`Download what is shown as a file`, () => link.current?.click()] })
  return (
    <Button
      component="a"
      ref={link}
      variant="default"
      download
      {...(href === undefined ? { 'data-disabled': true, 'aria-disabled': true } : { href })}
    >
      <Trans>Download CSV</Trans>
    </Button>
  )
}
