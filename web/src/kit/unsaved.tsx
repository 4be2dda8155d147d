import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { Dialog } from './dialog.tsx'

/**
 * `Unsaved` asks before a page is left on which something was changed and not saved. `isChanged`: there is such a thing. `goesOn`: to these pages it comes along,
 * such as a plan that is made of it.
 */
export function Unsaved({ isChanged, goesOn }: { isChanged: boolean; goesOn?: RegExp }) {
  const { t } = useLingui()
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isChanged && current.pathname !== next.pathname && goesOn?.test(next.pathname) !== true,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  })
  if (status !== 'blocked') return null
  return (
    <Dialog opened onClose={reset} title={t`Leave without saving?`}>
      <Stack>
        <p>
          <Trans>What was changed here is not saved yet, and is gone once you leave.</Trans>
        </p>
        <Group justify="flex-end">
          <Button variant="default" onClick={proceed}>
            <Trans>Leave without saving</Trans>
          </Button>
          <Button onClick={reset} data-autofocus>
            <Trans>Stay here</Trans>
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
