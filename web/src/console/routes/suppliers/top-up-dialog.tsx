import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Dialog } from '../../../kit/dialog.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { type Supplier, useSupplierKinds } from './supplier-data.ts'
import { BeginTopUp } from './top-up-begin.tsx'
import { readTopUps, type TopUp } from './top-up-data.tsx'
import { NoteTopUp } from './top-up-note.tsx'
import { StandingTopUp } from './top-up-standing.tsx'

/**
 * `TopUpDialog` tops up our account at a supplier: by a deposit there, where its protocol has deposits, in steps of way and amount, what to pay, and how it
 * stands; elsewhere by its page, and what is written down of it. With `topUp` it shows that one.
 */
export function TopUpDialog({
  supplier,
  topUp,
  onClose,
}: {
  supplier: Supplier
  topUp?: TopUp
  onClose: () => void
}) {
  const { t } = useLingui()
  const { id, name } = supplier
  const client = useQueryClient()
  const [shown, setShown] = useState(topUp)
  const [isElsewhere, setElsewhere] = useState(false)
  const kinds = useSupplierKinds()
  const hasDeposits = kinds.data?.items.find(({ kind }) => kind === supplier.kind)?.has_top_ups
  // The newest of all: what is followed by itself is seen here, too.
  const list = useQuery({
    queryKey: ['suppliers', String(id), 'top-ups', 'newest'],
    queryFn: ({ signal }) => readTopUps(String(id), undefined, signal),
    enabled: hasDeposits === true || shown !== undefined,
  })
  const newest = list.data?.items ?? []
  const current = shown && newer(shown, newest)
  const took = (next: TopUp) => {
    setShown(next)
    void client.invalidateQueries({ queryKey: ['suppliers'] })
  }
  return (
    <Dialog opened onClose={onClose} title={t`Top up ${name}`}>
      {current ? (
        <StandingTopUp
          {...{ supplier, onClose }}
          topUp={current}
          onChange={took}
          onAgain={() => setShown(undefined)}
        />
      ) : hasDeposits === undefined ? (
        <Stack>
          <FaultNote fault={kinds.error} onRetry={() => void kinds.refetch()} />
          {kinds.isPending && <Loading rows={3} />}
        </Stack>
      ) : hasDeposits && !isElsewhere ? (
        <Stack>
          <BeginTopUp {...{ supplier, newest, onClose }} onBegun={took} onShow={setShown} />
          <Button
            variant="subtle"
            size="compact-sm"
            w="fit-content"
            ms={-8}
            onClick={() => setElsewhere(true)}
          >
            <Trans>It was paid in another way: write it down…</Trans>
          </Button>
        </Stack>
      ) : (
        <NoteTopUp
          {...{ supplier, onClose }}
          onDone={() => void client.invalidateQueries({ queryKey: ['suppliers'] })}
          {...(hasDeposits && { onBack: () => setElsewhere(false) })}
        />
      )}
    </Dialog>
  )
}

/** `newer` gives a top-up as the list has it, unless what is shown was asked for later. */
function newer(shown: TopUp, list: readonly TopUp[]): TopUp {
  const listed = list.find(({ id }) => id === shown.id)
  return listed && (listed.asked_at ?? '') >= (shown.asked_at ?? '') ? listed : shown
}
