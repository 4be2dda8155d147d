import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { sessionQuery, useMay } from '../../../kit/session.tsx'
import { History } from '../../history.tsx'
import { type Draft, SettingsForm, useDraft } from './settings-form.tsx'

const readSettings = (signal: AbortSignal) => dataOf(api.GET('/api/operator/settings', { signal }))
export type Settings = Awaited<ReturnType<typeof readSettings>>
export type Setting = Settings['items'][number]

const KEY = ['settings']

/** `useSettings` reads every setting of the server. */
export const useSettings = () => useQuery({ queryKey: KEY, queryFn: ({ signal }) => readSettings(signal) })

/** Field is one setting in a form: what stands there, what is said below, and what changes it. */
export interface Field {
  value: string
  description: ReactNode
  disabled: boolean
  onChange: (value: string) => void
}

/**
 * `KeptSettingsForm` changes some settings. Those that the server's environment makes are shown with that, and not changed here. `permission` is what it
 * takes beside `settings.edit`.
 */
export function KeptSettingsForm({
  settings,
  labels,
  permission = 'settings.edit',
  children,
}: {
  settings: Settings
  /** `labels` name the settings of the form. */
  labels: Readonly<Record<string, string>>
  permission?: string
  children: (field: (name: string, description: string) => Field) => ReactNode
}) {
  const { t } = useLingui()
  const client = useQueryClient()
  const may = useMay()
  const mayEdit = may('settings.edit') && may(permission)
  const names = Object.keys(labels)
  const itemOf = (name: string): Setting | undefined => settings.items.find((one) => one.name === name)
  const kept = Object.fromEntries(names.map((name) => [name, itemOf(name)?.value ?? '']))
  const draft: Draft<Record<string, string>> = useDraft(
    kept,
    async (changed, key) => {
      const body = Object.fromEntries(
        Object.entries(changed).map(([name, value]) => [name, value?.trim() || null]),
      )
      const params = { header: { 'idempotency-key': key, 'if-match': settings.version } }
      client.setQueryData(KEY, await dataOf(api.PATCH('/api/operator/settings', { params, body })))
      await Promise.all(
        [sessionQuery.queryKey, ['roles']].map((queryKey) => client.invalidateQueries({ queryKey })),
      )
    },
    t`Saved. It holds from now on.`,
    KEY,
  )
  const isEditable = (name: string): boolean => itemOf(name)?.is_editable === true
  const field = (name: string, description: string): Field => ({
    value: draft.values[name] ?? '',
    description: isEditable(name) ? (
      description
    ) : (
      <Trans>
        Set on the server by <span className="code">{name}</span>. It cannot be changed here.
      </Trans>
    ),
    disabled: !mayEdit || !isEditable(name),
    onChange: (value) => draft.set({ [name]: value }),
  })
  return (
    <>
      <SettingsForm what="setting" draft={draft} isReadOnly={!mayEdit || !names.some(isEditable)}>
        {children(field)}
      </SettingsForm>
      <History what="setting" subjects={names} nameOf={(name) => labels[name]} />
    </>
  )
}
