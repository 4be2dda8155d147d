import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group } from '@mantine/core'
import { type UseMutationResult, useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, dataOf } from '../api/client.ts'
import { FaultNote } from '../kit/notes.tsx'
import { useMay } from '../kit/session.tsx'

const reveal = (order: number, item: number) =>
  dataOf(api.POST('/api/operator/orders/{id}/reveal', { params: { path: { id: order } }, body: { item } }))

type Look = UseMutationResult<Awaited<ReturnType<typeof reveal>>, Error, void>

/** `useReveal` reads what is secret of an item when it is asked to, which the trail tells of. `data` is there until `reset`. */
export const useReveal = (order: number, item: number): Look =>
  useMutation({ mutationFn: () => reveal(order, item) })

/** `Reveal` has the buttons that show what is secret, to who may see it, and hide it again. `hidden` says what is not shown; `children` go with what is. */
export function Reveal({ look, hidden, children }: { look: Look; hidden: ReactNode; children?: ReactNode }) {
  const { t } = useLingui()
  const may = useMay()
  return (
    <>
      <Group gap="xs">
        {!look.data && <span className="muted">{hidden}</span>}
        {!look.data && may('results.reveal_secret') && (
          <Button
            variant="default"
            size="compact-xs"
            loading={look.isPending}
            onClick={() => look.mutate()}
            title={t`The trail will tell that you looked`}
          >
            <Trans>Show it</Trans>
          </Button>
        )}
        {look.data && children}
        {look.data && (
          <Button variant="subtle" size="compact-xs" onClick={() => look.reset()}>
            <Trans>Hide it</Trans>
          </Button>
        )}
      </Group>
      <FaultNote fault={look.error} />
    </>
  )
}
