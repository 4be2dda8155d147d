import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useRef } from 'react'
import { useKeys } from './keys.tsx'

/** `FileLink` gives what is shown as a file of CSV; `e` does so, too. */
export function FileLink({ href }: { href: string }) {
  const { t } = useLingui()
  const link = useRef<HTMLAnchorElement>(null)
  useKeys({ e: [t`Download what is shown as a file`, () => link.current?.click()] })
  return (
    <Button component="a" ref={link} variant="default" href={href} download>
      <Trans>Download CSV</Trans>
    </Button>
  )
}
