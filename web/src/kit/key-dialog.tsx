import { Trans, useLingui } from '@lingui/react/macro'
import { Checkbox, Kbd, Table } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from './dialog.tsx'
import type { Binding } from './keys.tsx'
import { areLettersOff, switchLetters } from './letter-keys.ts'

interface Props {
  opened: boolean
  onClose: () => void
  bindings: readonly Binding[]
}

/** `KeyDialog` lists the keys of what is on screen, and switches the plain letters. */
export function KeyDialog({ opened, onClose, bindings }: Props) {
  const { t } = useLingui()
  const [letters, setLetters] = useState(!areLettersOff())
  const change = (on: boolean) => {
    switchLetters(on)
    setLetters(on)
  }
  return (
    <Dialog opened={opened} onClose={onClose} title={t`Keys`}>
      <Table>
        <Table.Tbody>
          {bindings.map(({ keys, what }) => (
            <Table.Tr key={keys}>
              <Table.Td>
                {keys.split(' ').map((key) => (
                  <Kbd key={key} me={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Checkbox
        mt="md"
        label={<Trans>Plain letters work as keys</Trans>}
        checked={letters}
        onChange={({ currentTarget }) => change(currentTarget.checked)}
      />
    </Dialog>
  )
}
