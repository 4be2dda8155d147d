import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Group, MultiSelect, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Autocomplete, Select } from '../../../kit/choices.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { type Counted, countText } from '../../count.tsx'
import { priceGroupsQuery } from '../../price-groups.ts'
import { DurationInput } from './duration-input.tsx'
import { type Change, duplicateWords, groupsQuery, routingWords } from './service-data.ts'

/** Chosen are the services of a plan: some, or all that fit a filter. */
export type Chosen = { services: string[] } | { filter: Readonly<Record<string, string>> }

/** YES_OR_NO are filters that the API has as a word in a URL, and as true or false in the input of a plan. */
const YES_OR_NO = ['active', 'unrouted', 'hours']

/** `inputOf` says in a plan's input which services are chosen. */
export const inputOf = (chosen: Chosen) =>
  'services' in chosen
    ? chosen
    : {
        filter: Object.fromEntries(
          Object.entries(chosen.filter).map(([name, value]) => [
            name,
            YES_OR_NO.includes(name) ? value === 'yes' : value,
          ]),
        ),
      }

/** `BulkChange` gives many services the same values: it makes a plan, which shows every service before anything is changed. */
export function BulkChange({
  chosen,
  count,
  onClose,
}: {
  chosen: Chosen
  count: Counted
  onClose: () => void
}) {
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const groups = useQuery(groupsQuery)
  const priceGroups = useQuery(priceGroupsQuery)
  const [change, setChange] = useState<Change>({})
  const [hours, setHours] = useState<string>('')
  const [audience, setAudience] = useState('')
  const [late, setLate] = useState('')
  const all = countText(count)
  /** `set` takes a value over, or leaves it as it is (undefined). */
  const set = (given: Change) =>
    setChange((old) => {
      const next: Record<string, unknown> = { ...old, ...given }
      for (const [name, value] of Object.entries(next)) if (value === undefined) delete next[name]
      return next
    })
  const asItIs = { value: '', label: t`As it is` }
  const act = async ({ key }: { key: string }) => {
    const { id } = await dataOf(
      api.POST('/api/operator/plans', {
        params: { header: { 'idempotency-key': key } } as never,
        body: { kind: 'services.bulk', input: { ...inputOf(chosen), change } as never },
      }),
    )
    await navigate({ to: '/plans/$id', params: { id: String(id) } })
  }
  return (
    <ActDialog
      title={t`Change services`}
      button={t`Review the change`}
      isReady={
        Object.keys(change).length > 0 && (late !== 'promised' || change.promised_seconds !== undefined)
      }
      untouched={<Trans>No service was changed.</Trans>}
      act={act}
      onClose={onClose}
    >
      <Stack>
        <p className="muted">
          <Plural
            value={count.value}
            one="# service gets what is set here. You see it row by row before it is changed."
            other={`${all} services get what is set here. You see them row by row before they are changed.`}
          />
        </p>
        <Select
          field="active"
          label={t`State`}
          allowDeselect={false}
          value={change.active === undefined ? '' : String(change.active)}
          data={[asItIs, { value: 'true', label: t`On` }, { value: 'false', label: t`Off` }]}
          onChange={(value) => set({ active: value ? value === 'true' : undefined } as Change)}
        />
        <Autocomplete
          field="group"
          label={t`Group`}
          placeholder={t`As it is`}
          data={groups.data?.items.map(({ name }) => name) ?? []}
          value={change.group ?? ''}
          onChange={(value) => set({ group: value === '' ? undefined : value } as Change)}
          maxLength={200}
        />
        <TextInput
          field="delivery_time"
          label={t`Promised time, as resellers read it`}
          placeholder={t`As it is`}
          value={change.delivery_time ?? ''}
          onChange={({ currentTarget: { value } }) =>
            set({ delivery_time: value === '' ? undefined : value } as Change)
          }
          maxLength={200}
        />
        <Select
          field="promised_seconds"
          label={t`An order is late`}
          allowDeselect={false}
          value={late}
          data={[
            asItIs,
            { value: 'promised', label: t`After a promised time` },
            { value: 'measured', label: t`After twice what nine of ten lately took` },
          ]}
          onChange={(value) => {
            setLate(value ?? '')
            set({ promised_seconds: value === 'measured' ? null : undefined } as Change)
          }}
        />
        {late === 'promised' && (
          <DurationInput
            label={t`Promised within`}
            whenEmpty={t`Such as 30m, 24h or 3d.`}
            seconds={change.promised_seconds ?? null}
            onSeconds={(seconds) => set({ promised_seconds: seconds ?? undefined } as Change)}
          />
        )}
        <Select
          field="visible_to"
          label={t`Visible to`}
          allowDeselect={false}
          value={audience}
          data={[
            asItIs,
            { value: 'all', label: t`Everyone` },
            { value: 'some', label: t`Some price groups` },
          ]}
          onChange={(value) => {
            setAudience(value ?? '')
            set({ visible_to: value === 'all' ? null : undefined } as Change)
          }}
        />
        {audience === 'some' && (
          <MultiSelect
            label={t`Price groups`}
            data={priceGroups.data?.items.map(({ name }) => name) ?? []}
            value={change.visible_to ?? []}
            onChange={(value) => set({ visible_to: value.length > 0 ? value : undefined } as Change)}
          />
        )}
        <Select
          field="opens_at"
          label={t`Hours`}
          allowDeselect={false}
          value={hours}
          data={[
            asItIs,
            { value: 'always', label: t`Always open` },
            { value: 'some', label: t`From … to …` },
          ]}
          onChange={(value) => {
            setHours(value ?? '')
            const times = { always: null, some: '' }[value ?? '']
            set({ opens_at: times, closes_at: times } as Change)
          }}
        />
        {hours === 'some' && (
          <Group grow align="start">
            <TextInput
              field="opens_at"
              label={t`Opens`}
              type="time"
              value={change.opens_at ?? ''}
              onChange={({ currentTarget: { value } }) => set({ opens_at: value } as Change)}
            />
            <TextInput
              field="closes_at"
              label={t`Closes`}
              type="time"
              value={change.closes_at ?? ''}
              onChange={({ currentTarget: { value } }) => set({ closes_at: value } as Change)}
            />
          </Group>
        )}
        <Select
          field="duplicate_policy"
          label={t`The same again`}
          allowDeselect={false}
          value={change.duplicate_policy ?? ''}
          data={[
            asItIs,
            ...Object.entries(duplicateWords).map(([value, words]) => ({ value, label: i18n._(words) })),
          ]}
          onChange={(value) => set({ duplicate_policy: value || undefined } as Change)}
        />
        <Select
          field="routing"
          label={t`Which route is tried first`}
          allowDeselect={false}
          value={change.routing ?? ''}
          data={[
            asItIs,
            ...Object.entries(routingWords).map(([value, words]) => ({ value, label: i18n._(words) })),
          ]}
          onChange={(value) => set({ routing: value || undefined } as Change)}
        />
        <TextInput
          field="failure_message"
          label={t`What resellers read when the last route has refused`}
          placeholder={t`As it is`}
          value={change.failure_message ?? ''}
          onChange={({ currentTarget: { value } }) =>
            set({ failure_message: value === '' ? undefined : value } as Change)
          }
          maxLength={200}
        />
      </Stack>
    </ActDialog>
  )
}
