import { Trans, useLingui } from '@lingui/react/macro'
import { MultiSelect, SimpleGrid, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Autocomplete, Select } from '../../../kit/choices.tsx'
import { duration } from '../../../kit/duration.ts'
import { problemText } from '../../../kit/faults.ts'
import { Textarea, TextInput } from '../../../kit/inputs.tsx'
import { priceGroupsQuery } from '../../price-groups.ts'
import { DurationInput } from './duration-input.tsx'
import { FieldsBuilder } from './fields-builder.tsx'
import { PromisedTime } from './promised-time.tsx'
import styles from './service.module.css'
import {
  type Change,
  duplicateWords,
  groupsQuery,
  kindWords,
  type Problem,
  routingWords,
  type Service,
} from './service-data.ts'

interface FormProps {
  service: Service
  draft: Change
  problems: readonly Problem[]
  mayEdit: boolean
  onChange: (change: Change) => void
}

/** `ServiceForm` has every value of a service. A fault stands at its field. */
export function ServiceForm({ service, draft, problems, mayEdit, onChange }: FormProps) {
  const { t, i18n } = useLingui()
  const groups = useQuery(groupsQuery)
  const priceGroups = useQuery(priceGroupsQuery)
  const now = { ...service, ...draft } as Service
  const { kind } = service
  const faultOf = (name: string): string | undefined => {
    const found = problems.find(({ field }) => field === name || field.startsWith(`${name}.`))
    return found && problemText(found)
  }
  /** `text` is what a field for a text needs. */
  const text = <Name extends keyof Change & keyof Service>(name: Name) => ({
    value: String(now[name] ?? ''),
    field: name,
    error: faultOf(name),
    readOnly: !mayEdit,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) =>
      onChange({ [name]: value } as Change),
  })
  const number = <Name extends keyof Change & keyof Service>(name: Name) => ({
    ...text(name),
    inputMode: 'numeric' as const,
    onChange: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => {
      if (/^\d{0,6}$/.test(value)) onChange({ [name]: value === '' ? 0 : Number(value) } as Change)
    },
  })
  const period = (
    name: 'replay_window_seconds' | 'min_poll_seconds' | 'max_poll_seconds' | 'expiry_seconds',
  ) => ({
    seconds: now[name],
    error: faultOf(name),
    readOnly: !mayEdit,
    onSeconds: (seconds: number | null) => onChange({ [name]: seconds } as Change),
  })
  const isAlways = now.opens_at === null && now.closes_at === null
  const same = { imei: t`the same IMEI`, serial: t`the same serial number`, server: t`the same` }[kind]
  return (
    <>
      <section className={styles.section} aria-labelledby="texts">
        <h2 id="texts">{t`Texts`}</h2>
        <TextInput label={t`Name`} {...text('name')} maxLength={200} />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={t`Code`}
            description={t`What programs call it.`}
            {...text('code')}
            spellCheck={false}
          />
          <Autocomplete
            label={t`Group`}
            description={t`The heading that it stands under.`}
            data={groups.data?.items.map(({ name }) => name) ?? []}
            value={now.group}
            error={faultOf('group')}
            readOnly={!mayEdit}
            onChange={(group) => onChange({ group })}
          />
        </SimpleGrid>
        <PromisedTime
          words={now.delivery_time}
          wordsError={faultOf('delivery_time')}
          seconds={now.promised_seconds}
          error={faultOf('promised_seconds')}
          mayEdit={mayEdit}
          onWords={(words) => onChange({ delivery_time: words })}
          onSeconds={(seconds) => onChange({ promised_seconds: seconds })}
        />
        <Textarea
          label={t`Description`}
          description={t`For the list of resellers. HTML for bold, lists and lines is kept.`}
          {...text('description')}
          autosize
          minRows={3}
          maxRows={14}
        />
        <TextInput
          label={t`What resellers read when the last route has refused`}
          description={t`Unless the words of the supplier are shown.`}
          {...text('failure_message')}
        />
      </section>

      <section className={styles.section} aria-labelledby="asked">
        <h2 id="asked">{t`What an order asks for`}</h2>
        <p className="muted">
          <Trans>One item is one {i18n._(kindWords[kind])}. That never changes.</Trans>
        </p>
        {kind === 'serial' && (
          <>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput
                label={t`The input is called`}
                placeholder={t`Serial number`}
                {...text('input_name')}
              />
              <TextInput label={t`Hint beside it`} {...text('input_hint')} />
            </SimpleGrid>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput label={t`Shortest input, characters`} {...number('min_input_length')} />
              <TextInput label={t`Longest input, characters`} {...number('max_input_length')} />
            </SimpleGrid>
          </>
        )}
        {kind === 'server' && (
          <>
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput label={t`Smallest quantity`} {...number('min_quantity')} />
              <TextInput label={t`Largest quantity`} {...number('max_quantity')} />
            </SimpleGrid>
            <TextInput
              label={t`Only these quantities`}
              description={t`With commas between, such as 10, 20, 50. Empty: all between the smallest and the largest.`}
              defaultValue={now.quantity_options.join(', ')}
              key={`quantities ${service.version}`}
              error={faultOf('quantity_options')}
              readOnly={!mayEdit}
              onBlur={({ currentTarget: { value } }) => {
                const counts = value.split(/[\s,;]+/).filter((one) => one !== '')
                if (!counts.every((one) => /^\d{1,6}$/.test(one))) return
                const quantities = counts.map(Number)
                const [first, last] = [Math.min(...quantities), Math.max(...quantities)]
                onChange({
                  quantity_options: quantities,
                  ...(quantities.length > 0 && { min_quantity: first, max_quantity: last }),
                })
              }}
            />
          </>
        )}
        <Switch
          label={t`Its results are secret`}
          description={t`Codes, passwords and the like: hidden from the staff, and a look at one is in the trail. They are not shared by links.`}
          checked={now.secret_results}
          disabled={!mayEdit}
          onChange={({ currentTarget }) => onChange({ secret_results: currentTarget.checked })}
        />
        <FieldsBuilder
          key={`fields ${service.version}`}
          fields={now.fields}
          error={faultOf('fields')}
          mayEdit={mayEdit}
          onChange={(fields) => onChange({ fields })}
        />
      </section>

      <section className={styles.section} aria-labelledby="who">
        <h2 id="who">{t`Who can order it, and when`}</h2>
        <Switch
          label={t`On: resellers see it and can order it`}
          checked={now.active}
          disabled={!mayEdit}
          onChange={({ currentTarget }) => onChange({ active: currentTarget.checked })}
        />
        <MultiSelect
          label={t`Visible to`}
          description={t`Price groups that see it. None chosen: everyone does.`}
          placeholder={now.visible_to === null ? t`Everyone` : ''}
          data={priceGroups.data?.items.map(({ name }) => name) ?? []}
          value={now.visible_to ?? []}
          error={faultOf('visible_to')}
          readOnly={!mayEdit}
          onChange={(names) => onChange({ visible_to: names.length === 0 ? null : names })}
        />
        <Switch
          label={t`Always open`}
          checked={isAlways}
          disabled={!mayEdit}
          onChange={({ currentTarget }) =>
            onChange(
              currentTarget.checked
                ? { opens_at: null, closes_at: null }
                : { opens_at: service.opens_at ?? '09:00', closes_at: service.closes_at ?? '17:00' },
            )
          }
        />
        {!isAlways && (
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <TextInput label={t`Opens`} type="time" {...text('opens_at')} />
            <TextInput
              label={t`Closes`}
              type="time"
              {...text('closes_at')}
              description={
                now.opens_at !== null && now.closes_at !== null && now.closes_at <= now.opens_at
                  ? t`On the next day.`
                  : undefined
              }
            />
            <Autocomplete
              label={t`Time zone`}
              data={Intl.supportedValuesOf('timeZone')}
              limit={20}
              value={now.time_zone}
              error={faultOf('time_zone')}
              readOnly={!mayEdit}
              onChange={(zone) => onChange({ time_zone: zone })}
            />
          </SimpleGrid>
        )}
      </section>

      <section className={styles.section} aria-labelledby="again">
        <h2 id="again">{t`The same again`}</h2>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Select
            label={t`Ordering ${same} again`}
            description={t`While it is open, or was done lately.`}
            value={now.duplicate_policy}
            allowDeselect={false}
            readOnly={!mayEdit}
            error={faultOf('duplicate_policy')}
            data={Object.entries(duplicateWords).map(([value, words]) => ({ value, label: i18n._(words) }))}
            onChange={(policy) => onChange({ duplicate_policy: policy as Service['duplicate_policy'] })}
          />
          {now.duplicate_policy !== 'allow' && (
            <DurationInput
              label={t`After it was done, for`}
              description={t`Such as 10m or 2h.`}
              {...period('replay_window_seconds')}
            />
          )}
        </SimpleGrid>
        <p className="muted">
          <Again service={now} same={same} />
        </p>
      </section>

      <details className={styles.more}>
        <summary>
          <Trans>More: how it is done, how often the supplier is asked, when a person is called</Trans>
        </summary>
        <div className={styles.section}>
          <Select
            label={t`Done`}
            value={now.processing}
            allowDeselect={false}
            readOnly={!mayEdit}
            data={[
              { value: 'automatic', label: t`By its suppliers` },
              { value: 'manual', label: t`By hand` },
            ]}
            onChange={(processing) => onChange({ processing: processing as Service['processing'] })}
          />
          <Select
            label={t`Which route is tried first`}
            value={now.routing}
            allowDeselect={false}
            readOnly={!mayEdit}
            data={Object.entries(routingWords).map(([value, words]) => ({ value, label: i18n._(words) }))}
            onChange={(routing) => onChange({ routing: routing as Service['routing'] })}
          />
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <DurationInput label={t`Asked at first every`} {...period('min_poll_seconds')} />
            <DurationInput label={t`Asked at least every`} {...period('max_poll_seconds')} />
            <DurationInput label={t`A person looks after`} {...period('expiry_seconds')} />
          </SimpleGrid>
          <Textarea
            key={`schema ${service.version}`}
            label={t`JSON Schema of one item`}
            description={t`It follows from the fields above. One of your own takes their place; empty: it follows from them again.`}
            defaultValue={JSON.stringify(now.input_schema, null, 2)}
            error={faultOf('input_schema')}
            readOnly={!mayEdit}
            classNames={{ input: 'code' }}
            spellCheck={false}
            autosize
            minRows={4}
            maxRows={20}
            onBlur={({ currentTarget: { value } }) => {
              if (value === JSON.stringify(now.input_schema, null, 2)) return
              try {
                onChange({ input_schema: value.trim() === '' ? null : JSON.parse(value) } as Change)
              } catch {
                // The server names what is wrong with it.
                onChange({ input_schema: value } as unknown as Change)
              }
            }}
          />
        </div>
      </details>
    </>
  )
}

/** `Again` says in a sentence what a repeated order does. */
function Again({
  service: { duplicate_policy: policy, replay_window_seconds: seconds },
  same,
}: {
  service: Service
  same: string
}) {
  const window = duration(seconds)
  if (policy === 'allow') return <Trans>Ordering {same} again is another order, and is charged again.</Trans>
  if (policy === 'refuse')
    return (
      <Trans>
        Ordering {same} while it is open, or within {window} of a success, is refused. Nothing is charged
        twice.
      </Trans>
    )
  return (
    <Trans>
      Ordering {same} while it is open, or within {window} of a success, gives the earlier order. Nothing is
      charged twice.
    </Trans>
  )
}
