import { Trans, useLingui } from '@lingui/react/macro'
import { type ReactNode, useId, useState } from 'react'
import { Copy } from './copy.tsx'
import { millis } from './duration.ts'
import { explain } from './explanations.ts'
import styles from './request-log.module.css'
import { Facts } from './section.tsx'
import { Badge } from './state-badge.tsx'
import { When } from './when.tsx'

/** Asked is a request of a program, as both APIs of people show it. */
export interface Asked {
  trace_id: string
  time: string
  protocol: string
  action: string
  status: number
  outcome: string
  message: string | null
  order: number | null
  key: number | null
  ip: string
  duration_ms: number
}

/** `RequestLog` lists requests: each says what was asked, why it was refused and in which words the program was told so, and opens to all that is known of it. */
export function RequestLog({
  rows,
  isOpen = false,
  keyText,
  keyName,
  order,
}: {
  rows: readonly Asked[]
  /** `isOpen`: what they mean is shown at once. */
  isOpen?: boolean
  /** `keyText` is what the key of each request is called, where there are several. */
  keyText?: ((key: number) => string) | undefined
  /** `keyName` shows the key of a request, and `order` the order that it placed. */
  keyName: (key: number) => ReactNode
  order: (id: number) => ReactNode
}) {
  const { t } = useLingui()
  return (
    <ul className={styles.log} aria-label={t`Requests`}>
      {rows.map((asked) => (
        <Row key={asked.trace_id} asked={asked} isOpenFirst={isOpen} {...{ keyText, keyName, order }} />
      ))}
    </ul>
  )
}

function Row({
  asked,
  isOpenFirst,
  keyText,
  keyName,
  order,
}: {
  asked: Asked
  isOpenFirst: boolean
  keyText: ((key: number) => string) | undefined
  keyName: (key: number) => ReactNode
  order: (id: number) => ReactNode
}) {
  const { t, i18n } = useLingui()
  const id = useId()
  const [isOpen, setOpen] = useState(isOpenFirst)
  const isOk = asked.outcome === 'ok'
  const { trace_id: trace } = asked
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span className={styles.time}>
          <When at={asked.time} />
        </span>
        <span>
          <Badge tone={isOk ? 'done' : 'failed'}>{isOk ? t`Answered` : t`Refused`}</Badge>
        </span>
        <span className={styles.action}>
          <span className="code">{asked.action || '–'}</span>
          {keyText && asked.key !== null && <span className={styles.key}>{keyText(asked.key)}</span>}
        </span>
        {isOk ? (
          <span className={styles.said}>
            {asked.message ?? (asked.order === null ? '' : t`Order ${asked.order}`)}
          </span>
        ) : isOpen ? null : (
          <span className={styles.refused}>
            <span>{i18n._(explain(asked.outcome))}</span>
            {asked.message !== null && <span className={styles.said}>“{asked.message}”</span>}
          </span>
        )}
      </button>
      <div id={id} hidden={!isOpen} className={styles.more}>
        {isOpen && (
          <>
            {!isOk && (
              <p className={styles.meaning}>
                <strong>{i18n._(explain(asked.outcome))}</strong>
              </p>
            )}
            <Facts
              of={[
                [t`When`, <When key="time" at={asked.time} exact />],
                [t`We said`, asked.message ?? undefined],
                [
                  t`Code`,
                  <span key="code" className="code">
                    {asked.outcome}
                  </span>,
                ],
                [t`Order`, asked.order === null ? undefined : order(asked.order)],
                [t`Key`, asked.key === null ? undefined : keyName(asked.key)],
                [
                  t`Address`,
                  <span key="ip" className="code">
                    {asked.ip}
                  </span>,
                ],
                [
                  t`Answered by`,
                  `${asked.protocol === 'dhru' ? 'Dhru' : asked.protocol.toUpperCase()}, HTTP ${asked.status}, ${millis(asked.duration_ms)}`,
                ],
                [
                  t`Trace id`,
                  <span key="trace" className={styles.trace}>
                    <span className="code">{trace}</span>
                    <Copy value={trace} size="compact-sm" variant="subtle">
                      <Trans>Copy</Trans>
                    </Copy>
                  </span>,
                ],
              ]}
            />
          </>
        )}
      </div>
    </li>
  )
}
