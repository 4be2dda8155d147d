import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { type ApiKey, KeyState, type MadeKey, NewKey, UsedIn } from '../../../kit/api-keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { type Column, List, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { ForOwners } from '../../for-owners.tsx'
import { useMay } from '../../session.tsx'
import { keysQuery, makeKey } from './key-data.ts'
import { Sheet } from './sheet.tsx'

/** `Keys` lists the API keys of the account, by which its shops and programs order. */
export function Keys() {
  const { t } = useLingui()
  return (
    <ForOwners title={t`Keys`} permission="keys.read">
      <KeyList />
    </ForOwners>
  )
}

function KeyList() {
  const { t } = useLingui()
  const may = useMay()
  const navigate = useNavigate()
  const client = useQueryClient()
  const search = useSearch({ strict: false }) as { new?: string }
  const [look] = useLook('portal-keys')
  const keys = useQuery(keysQuery)
  const [isMaking, setMaking] = useState(search.new !== undefined)
  const [made, setMade] = useState<MadeKey>()
  const mayEdit = may('keys.edit')
  const button = mayEdit && (
    <Button onClick={() => setMaking(true)}>
      <Trans>New key</Trans>
    </Button>
  )
  const used = ({ last_used_at: at }: ApiKey) => (at === null ? t`never` : <When at={at} />)
  const to = ({ id }: Pick<ApiKey, 'id'>) => `/keys/${id}`
  const columns: readonly Column<ApiKey>[] = [
    { ...{ id: 'name', head: t`Key`, width: 160, grow: true, rank: 0 }, cell: (key) => nameOf(key) },
    {
      ...{ id: 'state', head: t`State`, width: 110, rank: 0 },
      cell: ({ status }) => <KeyState status={status} />,
    },
    {
      ...{ id: 'in', head: t`Used in`, width: 130, rank: 2 },
      cell: ({ dialect }) => <UsedIn dialect={dialect} />,
    },
    {
      ...{ id: 'from', head: t`Addresses`, width: 160, rank: 3 },
      cell: ({ allowed_ips: ips }) =>
        ips.length === 0 ? t`any` : <span className="code">{ips.join(', ')}</span>,
    },
    { ...{ id: 'used', head: t`Last used`, width: 120, rank: 1 }, cell: used },
  ]
  return (
    <Page title={t`Keys`} actions={(keys.data?.length ?? 0) > 0 && button}>
      <FaultNote fault={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isPending && <Loading rows={3} />}
      {keys.data?.length === 0 && (
        <Empty action={button}>
          <Trans>
            No keys yet. A key connects a shop or a program of yours: it orders and reads results by itself.
          </Trans>
        </Empty>
      )}
      {keys.data && keys.data.length > 0 && (
        <List
          {...{ columns, rows: keys.data, look, to }}
          name={t`Keys`}
          idOf={({ id }) => id}
          label={nameOf}
          onOpen={(key) => void navigate({ to: to(key) })}
          card={(key) => (
            <>
              <div>
                <KeyState status={key.status} /> {nameOf(key)}
              </div>
              <div className="muted">
                <UsedIn dialect={key.dialect} /> · {t`last used:`} {used(key)}
              </div>
            </>
          )}
        />
      )}
      {isMaking && (
        <NewKey
          make={async (form, key) => {
            setMade(await makeKey(form, key))
            await client.invalidateQueries({ queryKey: keysQuery.queryKey })
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made && <Sheet made={made} onClose={() => void navigate({ to: to(made.key) })} />}
    </Page>
  )
}

const nameOf = ({ name, security_id: id }: ApiKey): string => name || id
