import { Trans } from '@lingui/react/macro'
import { notifications } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { ApiFault } from '../api/client.ts'
import { faultText } from './faults.ts'

/** `copyText` copies what `of` gives, and says so in the words of `said`; or that it could not, as where the browser does not allow it. */
export async function copyText(
  of: () => string | Promise<string>,
  said: (text: string) => ReactNode,
): Promise<void> {
  try {
    const text = await of()
    await navigator.clipboard.writeText(text)
    notifications.show({ message: said(text) })
  } catch (error) {
    const message =
      error instanceof ApiFault ? faultText(error) : <Trans>The browser did not let it be copied.</Trans>
    notifications.show({ color: 'red', message })
  }
}
