import { Trans, useLingui } from '@lingui/react/macro'
import { SegmentedControl } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { HtmlText } from '../../../kit/html-text.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Scrolling } from '../../../kit/scrolling.tsx'
import type { Preview } from './preview.ts'
import styles from './service.module.css'
import type { Service } from './service-data.ts'

type View = 'dhru' | 'rest' | 'portal'

/** `Seen` shows, as it is changed, what a Dhru panel, the REST API and the portal make of a service. */
export function Seen({ preview, kind }: { preview: Preview; kind: Service['kind'] }) {
  const { t } = useLingui()
  const [view, setView] = useState<View>('dhru')
  const { data, isOld, fault } = preview
  return (
    <aside className={styles.seen} aria-label={t`What others see`}>
      <h2>{t`What others see`}</h2>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={t`Who sees it`}
        value={view}
        onChange={(value) => setView(value as View)}
        data={[
          { value: 'dhru', label: t`Dhru panel` },
          { value: 'rest', label: t`REST API` },
          { value: 'portal', label: t`Portal` },
        ]}
      />
      <FaultNote fault={fault} />
      {!data && !fault && <Loading rows={4} />}
      {data && (
        <div className={isOld ? styles.old : undefined} aria-busy={isOld}>
          {view === 'dhru' && <Panel dhru={data.dhru as unknown as Dhru} currency={data.currency} />}
          {view === 'rest' && <Raw label={t`Schema of an order`} value={data.schema} />}
          {view === 'portal' && <PortalForm schema={data.schema as Schema} kind={kind} />}
        </div>
      )}
    </aside>
  )
}

interface Dhru {
  SERVICENAME: string
  CREDIT: string
  TIME: string
  INFO: string
  MINQNT: number
  MAXQNT: number
  QNT: number
  QNTOPTIONS?: string
  SERVER: string
  CUSTOM: { customname: string; custominfo: string; customlen: string; maxlength: string }
  'Requires.Custom'?: DhruField[]
}

interface DhruField {
  fieldname: string
  fieldtype: string
  description: string
  required: string
  fieldoptions: string
}

/** REQUIRES are the fields that have a name of their own on the Dhru wire. */
const REQUIRES = 'Requires.'

/** `Panel` draws the order form as a Dhru panel makes it of its list. */
function Panel({ dhru, currency }: { dhru: Dhru; currency: string }) {
  const { t } = useLingui()
  const { CUSTOM: box, SERVER: server } = dhru
  const named = Object.entries(dhru).filter(
    ([name, value]) => name.startsWith(REQUIRES) && value === 'Required',
  )
  return (
    <div className={styles.panel}>
      <h3>{dhru.SERVICENAME}</h3>
      <p className="muted">
        {dhru.CREDIT} {currency}
        {dhru.TIME && `\u00A0· ${dhru.TIME}`}
      </p>
      {dhru.INFO && (
        <div className={styles.html}>
          <HtmlText html={dhru.INFO} />
        </div>
      )}
      <ul className={styles.asked}>
        {server !== '1' && (
          <Asked name={box.customname || 'IMEI'} isNeeded>
            {box.custominfo}
            {box.customname &&
              ` ${box.customlen === '0' ? t`at most ${box.maxlength} characters` : t`${box.customlen} to ${box.maxlength} characters`}`}
          </Asked>
        )}
        {dhru.QNT === 1 && (
          <Asked name={t`Quantity`} isNeeded>
            {dhru.QNTOPTIONS ?? `${dhru.MINQNT} – ${dhru.MAXQNT}`}
          </Asked>
        )}
        {named.map(([name]) => (
          <Asked key={name} name={name.slice(REQUIRES.length)} isNeeded />
        ))}
        {dhru['Requires.Custom']?.map((field) => (
          <Asked key={field.fieldname} name={field.description} isNeeded={field.required === 'on'}>
            {field.fieldoptions.replaceAll(',', '\u00A0· ')}
          </Asked>
        ))}
      </ul>
      <details>
        <summary>{t`As it is sent`}</summary>
        <Raw label={t`As it is sent`} value={dhru} />
      </details>
    </div>
  )
}

function Asked({ name, isNeeded, children }: { name: string; isNeeded: boolean; children?: ReactNode }) {
  const { t } = useLingui()
  return (
    <li>
      <span className={styles.askedName}>
        {name}
        {isNeeded ? (
          <span className={styles.needed} title={t`needed`}>
            {' *'}
            <span className="visually-hidden">{t`needed`}</span>
          </span>
        ) : (
          <span className="muted"> {t`may be left out`}</span>
        )}
      </span>
      {children && <span className="muted">{children}</span>}
    </li>
  )
}

function Raw({ label, value }: { label: string; value: unknown }) {
  return (
    <Scrolling label={label}>
      <pre className={`code ${styles.raw}`}>{JSON.stringify(value, null, 2)}</pre>
    </Scrolling>
  )
}

interface Schema {
  properties?: Record<
    string,
    { type?: string; title?: string; enum?: unknown[]; items?: { title?: string; enum?: unknown[] } }
  >
  required?: string[]
  'x-requestFrom'?: string
}

/** `PortalForm` draws what the portal asks for of this schema. */
function PortalForm({ schema, kind }: { schema: Schema; kind: Service['kind'] }) {
  const { t } = useLingui()
  const entries = Object.entries(schema.properties ?? {})
  const needed = new Set(schema.required)
  return (
    <div className={styles.panel}>
      <ul className={styles.asked}>
        {entries.map(([name, { type, title, items, enum: choices = items?.enum }]) => {
          const isInputs = type === 'array' && schema['x-requestFrom'] === `/${name}`
          const inputs = kind === 'imei' ? t`IMEIs` : t`Serial numbers`
          return (
            <Asked
              key={name}
              name={title ?? items?.title ?? (isInputs ? inputs : name)}
              isNeeded={needed.has(name)}
            >
              {isInputs
                ? t`one a line, up to 500`
                : (choices?.map(String).join('\u00A0· ') ?? (type === 'array' ? t`one a line` : undefined))}
            </Asked>
          )
        })}
      </ul>
      {entries.length === 0 && (
        <p className="muted">
          <Trans>The portal asks for nothing but a confirmation.</Trans>
        </p>
      )}
    </div>
  )
}
