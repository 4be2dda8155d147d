import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, NativeSelect, Stack, Table, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, dataOf } from '../../../../api/client.ts'
import { Amount } from '../../../../kit/amount.tsx'
import { Dialog } from '../../../../kit/dialog.tsx'
import { Empty, FaultNote } from '../../../../kit/notes.tsx'
import { percentOf } from '../../../../kit/numbers.ts'
import { Scrolling } from '../../../../kit/scrolling.tsx'
import type { Choice, Listed } from './choices.ts'
import styles from './import.module.css'
import type { StepProps } from './import.tsx'

/** GOOD is from how many percent a suggestion is taken with the others at once; MOST is how many rows of a group are shown at once. */
const GOOD = 90
const MOST = 200

type Which = 'new' | 'near' | 'chosen' | 'all'

/** `Choose` lists what the supplier has by its groups: each service becomes one of ours, a further route of one, or is left out. */
export function Choose({ list, choices, onChoose, next }: StepProps) {
  const { t } = useLingui()
  const [q, setQ] = useState('')
  const [which, setWhich] = useState<Which>('new')
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const [asked, setAsked] = useState<Listed>()
  const { chosen } = choices
  const words = q.trim().toLowerCase()
  const groups = useMemo(() => {
    const isShown = (one: Listed): boolean => {
      if (which === 'new' && one.verdict !== 'new') return false
      if (which === 'near' && (one.near === null || one.verdict !== 'new')) return false
      if (which === 'chosen' && chosen[one.remote_service] === undefined) return false
      return (
        words === '' ||
        one.name.toLowerCase().includes(words) ||
        one.group.toLowerCase().includes(words) ||
        one.remote_service === words
      )
    }
    const found = new Map<string, Listed[]>()
    for (const one of list.services) {
      if (!isShown(one)) continue
      const known = found.get(one.group)
      if (known) known.push(one)
      else found.set(one.group, [one])
    }
    return [...found]
  }, [list, which, words, chosen])
  const near = list.services.filter((one) => one.verdict === 'new' && (one.near?.percent ?? 0) >= GOOD)
  const write = (changed: Record<string, Choice | undefined>) =>
    onChoose({
      chosen: Object.fromEntries(
        Object.entries({ ...chosen, ...changed }).filter(
          (entry): entry is [string, Choice] => entry[1] !== undefined,
        ),
      ),
    })
  const toRoute = ({ near: ours }: Listed): Choice | undefined =>
    ours === null ? undefined : { as: 'route', service: String(ours.service), name: ours.name }
  const count = list.services.filter((one) => one.verdict === 'new' && chosen[one.remote_service]).length
  return (
    <Stack>
      <div className={styles.filters}>
        <TextInput
          label={t`Find`}
          placeholder={t`Name, group or id`}
          value={q}
          onChange={({ currentTarget }) => setQ(currentTarget.value)}
          w={240}
        />
        <NativeSelect
          label={t`Which`}
          value={which}
          onChange={({ currentTarget }) => setWhich(currentTarget.value as Which)}
          data={[
            { value: 'new', label: t`New` },
            { value: 'near', label: t`Like one of ours` },
            { value: 'chosen', label: t`Chosen` },
            { value: 'all', label: t`All` },
          ]}
        />
        {near.length > 0 && (
          <Button
            variant="default"
            onClick={() => write(Object.fromEntries(near.map((one) => [one.remote_service, toRoute(one)])))}
          >
            <Plural
              value={near.length}
              one="Attach the # that is like ours"
              other="Attach the # that are like ours"
            />
          </Button>
        )}
      </div>
      {groups.length === 0 && (
        <Empty>
          <Trans>Nothing of the list is so.</Trans>
        </Empty>
      )}
      <div className={styles.groups}>
        {groups.map(([group, services]) => (
          <GroupOf
            key={group}
            group={group}
            services={services}
            chosen={chosen}
            currency={list.currency}
            isOpen={open.has(group) || words !== '' || groups.length === 1}
            onOpen={(isOpen) => {
              const after = new Set(open)
              if (isOpen) after.add(group)
              else after.delete(group)
              setOpen(after)
            }}
            onWrite={write}
            onAsk={setAsked}
          />
        ))}
      </div>
      <Group className={styles.foot ?? ''}>
        <Button onClick={next} data-next disabled={count === 0}>
          <Plural value={count} _0="Go on" one="Go on with #" other="Go on with #" />
        </Button>
      </Group>
      {asked && (
        <Pick
          listed={asked}
          onPick={(choice) => {
            write({ [asked.remote_service]: choice })
            setAsked(undefined)
          }}
          onClose={() => setAsked(undefined)}
        />
      )}
    </Stack>
  )
}

function GroupOf({
  group,
  services,
  chosen,
  currency,
  isOpen,
  onOpen,
  onWrite,
  onAsk,
}: {
  group: string
  services: readonly Listed[]
  chosen: Readonly<Record<string, Choice>>
  currency: string
  isOpen: boolean
  onOpen: (isOpen: boolean) => void
  onWrite: (changed: Record<string, Choice | undefined>) => void
  onAsk: (listed: Listed) => void
}) {
  const { t } = useLingui()
  const free = services.filter(({ verdict }) => verdict === 'new')
  const taken = free.filter((one) => chosen[one.remote_service] !== undefined)
  const isAll = free.length > 0 && taken.length === free.length
  const name = group || t`Without a group`
  return (
    <section className={styles.group} aria-label={name}>
      <div className={styles.grouphead}>
        <Checkbox
          checked={isAll}
          indeterminate={!isAll && taken.length > 0}
          disabled={free.length === 0}
          label={<strong>{name}</strong>}
          aria-label={t`All of ${name} as new services`}
          onChange={() =>
            onWrite(
              Object.fromEntries(
                free.map((one) => [
                  one.remote_service,
                  isAll ? undefined : (chosen[one.remote_service] ?? ({ as: 'new' } as const)),
                ]),
              ),
            )
          }
        />
        <span className="muted">{t`${taken.length} of ${services.length}`}</span>
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={isOpen}
          aria-label={isOpen ? t`Fold ${name}` : t`Show ${name}`}
          onClick={() => onOpen(!isOpen)}
        >
          {isOpen ? <Trans>Collapse</Trans> : <Trans>Show</Trans>}
        </Button>
      </div>
      {isOpen && (
        <Scrolling label={t`Services of ${name}`}>
          <Table verticalSpacing={4}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Service there`}</Table.Th>
                <Table.Th ta="end">{t`Cost`}</Table.Th>
                <Table.Th>{t`Becomes`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {services.slice(0, MOST).map((one) => (
                <Table.Tr key={one.remote_service}>
                  <Table.Td>
                    {one.name} <span className="muted code">{one.remote_service}</span>
                  </Table.Td>
                  <Table.Td ta="end">
                    <Amount value={one.cost} currency={currency} />
                  </Table.Td>
                  <Table.Td>
                    {one.verdict === 'ours' ? (
                      <span className="muted">{t`Ours: ${one.ours.map(({ name: ours }) => ours).join(', ')}`}</span>
                    ) : (
                      <Becomes
                        listed={one}
                        choice={chosen[one.remote_service]}
                        onWrite={onWrite}
                        onAsk={onAsk}
                      />
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {services.length > MOST && (
            <p className={styles.more}>
              <Trans>
                {services.length - MOST} more are not shown: find them by a part of the name. The tick above
                is of all of them.
              </Trans>
            </p>
          )}
        </Scrolling>
      )}
    </section>
  )
}

function Becomes({
  listed,
  choice,
  onWrite,
  onAsk,
}: {
  listed: Listed
  choice: Choice | undefined
  onWrite: (changed: Record<string, Choice | undefined>) => void
  onAsk: (listed: Listed) => void
}) {
  const { t } = useLingui()
  const { remote_service: id, name, near } = listed
  const isNear = choice?.as === 'route' && near !== null && choice.service === String(near.service)
  const value = choice === undefined ? '' : choice.as === 'new' ? 'new' : isNear ? 'near' : 'other'
  const write = (chosen: string) => {
    if (chosen === 'ask') onAsk(listed)
    else if (chosen === 'new') onWrite({ [id]: { as: 'new' } })
    else if (chosen === 'near' && near) {
      onWrite({ [id]: { as: 'route', service: String(near.service), name: near.name } })
    } else if (chosen === '') onWrite({ [id]: undefined })
  }
  return (
    <NativeSelect
      aria-label={t`What ${name} becomes`}
      size="xs"
      miw={240}
      value={value}
      onChange={({ currentTarget }) => write(currentTarget.value)}
      data={[
        { value: '', label: t`Left out` },
        { value: 'new', label: t`A new service` },
        ...(near
          ? [
              {
                value: 'near',
                label: t`A further route of ${near.name} (${{ likeness: percentOf(near.percent) }})`,
              },
            ]
          : []),
        ...(choice?.as === 'route' && !isNear
          ? [{ value: 'other', label: t`A further route of ${choice.name}` }]
          : []),
        { value: 'ask', label: t`A further route of another one…` },
      ]}
    />
  )
}

/** `Pick` chooses the service of ours that gets the further route. */
function Pick({
  listed,
  onPick,
  onClose,
}: {
  listed: Listed
  onPick: (choice: Choice) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [q] = useDebouncedValue(text.trim(), 200)
  const found = useQuery({
    queryKey: ['services', 'pick', q],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/services', {
          params: { query: { limit: 20, ...(q && { search: q }) } },
          signal,
        }),
      ),
  })
  return (
    <Dialog opened onClose={onClose} title={t`A further route of…`}>
      <Stack>
        <p>
          <Trans>
            Items of the service that you choose may go to {listed.name}, behind the routes that it has.
          </Trans>
        </p>
        <TextInput
          label={t`Service of ours`}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          data-autofocus
        />
        <FaultNote fault={found.error} />
        <ul className={styles.picks}>
          {found.data?.page.items.map((one) => (
            <li key={String(one.id)}>
              <button
                type="button"
                onClick={() => onPick({ as: 'route', service: String(one.id), name: String(one.name) })}
              >
                {String(one.name)} <span className="muted code">{String(one.code)}</span>
              </button>
            </li>
          ))}
        </ul>
      </Stack>
    </Dialog>
  )
}
