import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { CardTable } from '../../../kit/card-table.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { millis } from '../../../kit/duration.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { sizeText, whole } from '../../../kit/numbers.ts'
import { Page } from '../../../kit/page.tsx'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { checkName, figureText, findingText, speakChecks } from './check-words.ts'
import styles from './settings.module.css'

/** AGAIN_MS is how often the page looks again by itself. */
const AGAIN_MS = 30_000

const readHealth = (signal: AbortSignal) => dataOf(api.GET('/api/operator/health', { signal }))
type Found = Awaited<ReturnType<typeof readHealth>>
const readChecks = (signal: AbortSignal) => dataOf(api.GET('/api/operator/doctor', { signal }))
type Check = Awaited<ReturnType<typeof readChecks>>['checks'][number]

/** GRAVE puts what fails before what is to be looked at, and that before what is well. */
const GRAVE: Readonly<Record<Check['status'], number>> = { fail: 0, warn: 1, ok: 2 }

/** `Health` is what `imeigate doctor` finds, what to do about it, and how this process and the whole installation are. */
export function Health() {
  const { t } = useLingui()
  const health = useQuery({
    queryKey: ['health'],
    queryFn: async ({ signal }) => {
      await speakChecks()
      return await readHealth(signal)
    },
    refetchInterval: AGAIN_MS,
  })
  const doctor = useQuery({
    queryKey: ['doctor'],
    queryFn: async ({ signal }) => {
      await speakChecks()
      return await readChecks(signal)
    },
    refetchInterval: AGAIN_MS,
  })
  const again = () => void Promise.all([health.refetch(), doctor.refetch()])
  const checks = doctor.data?.checks.toSorted((a, b) => GRAVE[a.status] - GRAVE[b.status]) ?? []
  const parts = health.data?.parts ?? []
  const broken = parts.filter(({ ready }) => !ready)
  return (
    <Page
      title={t`Health`}
      actions={
        <Button variant="default" onClick={again} loading={doctor.isFetching}>
          <Trans>Look again</Trans>
        </Button>
      }
    >
      <Stack gap="xl">
        <FaultNote fault={health.error ?? doctor.error} onRetry={again} />
        {health.data && (
          <dl className={styles.facts}>
            <div>
              <dt>{t`This process`}</dt>
              <dd>
                {health.data.is_ready ? (
                  <Badge tone="done">{t`Ready`}</Badge>
                ) : (
                  <Badge tone="failed">{t`Not ready`}</Badge>
                )}
              </dd>
            </div>
            <div>
              <dt>{t`Version`}</dt>
              <dd className="code">{health.data.version}</dd>
            </div>
            <div>
              <dt>{t`Runs since`}</dt>
              <dd>
                <When at={health.data.started_at} exact />
              </dd>
            </div>
            <div>
              <dt>{t`Parts`}</dt>
              <dd>
                {broken.length === 0 ? (
                  <Plural value={parts.length} one="# part works" other="all # parts work" />
                ) : (
                  broken.map(({ part, since, why }) => (
                    <p key={part}>
                      <Badge tone="failed">{part}</Badge> {why}&nbsp;· <When at={since} />
                    </p>
                  ))
                )}
              </dd>
            </div>
          </dl>
        )}
        <div>
          <h2>
            <Trans>What was looked at</Trans>
          </h2>
          {doctor.isPending && <Loading />}
          {doctor.data && (
            <CardTable label={t`What was looked at`}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`What was checked`}</Table.Th>
                  <Table.Th data-card="state">{t`State`}</Table.Th>
                  <Table.Th data-card="words">{t`Result`}</Table.Th>
                  <Table.Th data-card="words">{t`What to do`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {checks.map((check) => (
                  <Table.Tr key={check.name}>
                    <Table.Td className={styles.name}>{checkName(check.name)}</Table.Td>
                    <Table.Td>
                      <CheckBadge status={check.status} />
                    </Table.Td>
                    <Table.Td className={styles.words}>{findingText(check.detail)}</Table.Td>
                    <Table.Td className={styles.words}>
                      <Advice text={check.advice} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </CardTable>
          )}
        </div>
        {health.data && (
          <>
            <Processes processes={health.data.processes} />
            <Faults faults={health.data.faults} />
            <Room health={health.data} />
            <Statements statements={health.data.statements} />
          </>
        )}
        {health.data && health.data.figures.length > 0 && (
          <div>
            <h2>
              <Trans>Figures</Trans>
            </h2>
            <CardTable label={t`Figures`}>
              <Table.Tbody>
                {health.data.figures.map(({ name, help, values }) => (
                  <Table.Tr key={name}>
                    <Table.Td className={styles.words}>{figureText({ name, help })}</Table.Td>
                    <Table.Td className={styles.words}>
                      {values.length === 0 && <span className="muted">0</span>}
                      {values.map(({ labels, value }) => (
                        <div key={Object.values(labels).join()}>
                          {Object.values(labels).join(' ')} <strong>{value}</strong>
                        </div>
                      ))}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </CardTable>
          </div>
        )}
        <p className="muted">
          {doctor.data && (
            <Plural
              value={checks.filter(({ status }) => status !== 'ok').length}
              _0="Nothing needs you. The command imeigate doctor says the same on the machine."
              one="# thing to look at. The command imeigate doctor says the same on the machine."
              other="# things to look at. The command imeigate doctor says the same on the machine."
            />
          )}
        </p>
      </Stack>
    </Page>
  )
}

/** `Processes` are those of the whole installation: what one of them is behind, or missing, shows here. */
function Processes({ processes }: Pick<Found, 'processes'>) {
  const { t } = useLingui()
  return (
    <div>
      <h2>
        <Trans>Processes</Trans>
      </h2>
      <p className={styles.lead}>
        <Trans>All that are connected to the database now, on whichever machine.</Trans>
      </p>
      <CardTable label={t`Processes`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`Machine`}</Table.Th>
            <Table.Th>{t`Process`}</Table.Th>
            <Table.Th>{t`Role`}</Table.Th>
            <Table.Th>{t`Version`}</Table.Th>
            <Table.Th>{t`Runs since`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {processes.map(({ host, pid, role, version, started_at, is_this }) => (
            <Table.Tr key={`${host} ${pid}`}>
              <Table.Td className={styles.name}>
                {host} {is_this && <Badge tone="off">{t`This one`}</Badge>}
              </Table.Td>
              <Table.Td className="code">{pid}</Table.Td>
              <Table.Td className="code">{role}</Table.Td>
              <Table.Td className="code">{version}</Table.Td>
              <Table.Td>
                <When at={started_at} exact />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </CardTable>
    </div>
  )
}

/** REQUEST is found by its path, since pages do not know each other. */
const REQUEST: string = '/requests/'

/** `Faults` are the requests that failed by our fault, each with the id by which the server's log tells more. */
function Faults({ faults }: Pick<Found, 'faults'>) {
  const { t } = useLingui()
  return (
    <div>
      <h2>
        <Trans>Last faults</Trans>
      </h2>
      {faults.length === 0 ? (
        <p className={styles.lead}>
          <Trans>No request has failed by our fault, as far back as requests are kept.</Trans>
        </p>
      ) : (
        <>
          <p className={styles.lead}>
            <Trans>
              Requests that failed by our fault. The log of the server has more about each, by its trace id.
            </Trans>
          </p>
          <CardTable label={t`Last faults`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`What was asked`}</Table.Th>
                <Table.Th data-card="state">{t`Answer`}</Table.Th>
                <Table.Th>{t`When`}</Table.Th>
                <Table.Th data-card="words">{t`Trace id`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {faults.map(({ at, protocol, action, outcome, trace_id }) => (
                <Table.Tr key={trace_id}>
                  <Table.Td>
                    {protocol} <span className="code">{action}</span>
                  </Table.Td>
                  <Table.Td>
                    {outcome === 'internal_error' ? (
                      <Badge tone="failed">{t`Internal error`}</Badge>
                    ) : (
                      <Badge tone="needs">{t`Not available for a while`}</Badge>
                    )}
                  </Table.Td>
                  <Table.Td>
                    <When at={at} exact />
                  </Table.Td>
                  <Table.Td>
                    <Link to={`${REQUEST}${trace_id}`} className="code">
                      {trace_id}
                    </Link>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </CardTable>
        </>
      )}
    </div>
  )
}

/** `Statements` are what the database works at most. */
function Statements({ statements }: Pick<Found, 'statements'>) {
  const { t } = useLingui()
  return (
    <div>
      <h2>
        <Trans>Statements that take most of the time</Trans>
      </h2>
      <p className={styles.lead}>
        <Trans>
          As this process has measured them since it began, with what they waited for. PostgreSQL's own
          figures of all processes are in pg_stat_statements, where that is set up.
        </Trans>
      </p>
      <CardTable label={t`Statements that take most of the time`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`Statement`}</Table.Th>
            <Table.Th ta="end">{t`Times`}</Table.Th>
            <Table.Th ta="end">{t`Each`}</Table.Th>
            <Table.Th ta="end">{t`Longest`}</Table.Th>
            <Table.Th ta="end">{t`Altogether`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {statements.map(({ text, times, total_ms, longest_ms }) => (
            <Table.Tr key={text}>
              <Table.Td className={`code ${styles.statement}`}>
                <span title={text}>{text}</span>
              </Table.Td>
              <Table.Td ta="end">{whole(times)}</Table.Td>
              <Table.Td ta="end">{millis(total_ms / Math.max(times, 1))}</Table.Td>
              <Table.Td ta="end">{millis(longest_ms)}</Table.Td>
              <Table.Td ta="end">{millis(total_ms)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </CardTable>
    </div>
  )
}

/** `Growth` says by how much more the database takes than some time ago. */
function Growth({ growth }: { growth: Found['database']['growth'] }) {
  const known = growth.filter((one) => one.bytes !== null)
  if (known.length === 0)
    return <Trans>What it grows by is known once it has been looked at for 7 days.</Trans>
  return known.map(({ days, bytes }) => {
    const size = sizeText(Math.abs(bytes ?? 0))
    return (
      <span key={days}>
        {(bytes ?? 0) < 0 ? (
          <Trans>
            It takes {size} less than {days} days ago.
          </Trans>
        ) : (
          <Trans>
            It has grown by {size} in {days} days.
          </Trans>
        )}{' '}
      </span>
    )
  })
}

/** `Room` is how the queue of jobs stands, and how much room the database takes. */
function Room({ health: { jobs, database } }: { health: Found }) {
  const { t } = useLingui()
  return (
    <>
      <div>
        <h2>
          <Trans>Jobs</Trans>
        </h2>
        <dl className={styles.facts}>
          <div>
            <dt>{t`Waiting`}</dt>
            <dd>{whole(jobs.waiting)}</dd>
          </div>
          <div>
            <dt>{t`Under way`}</dt>
            <dd>{whole(jobs.under_way)}</dd>
          </div>
          <div>
            <dt>{t`Late by more than a minute`}</dt>
            <dd>{jobs.late === 0 ? 0 : <Badge tone="needs">{whole(jobs.late)}</Badge>}</dd>
          </div>
          <div>
            <dt>{t`Given up`}</dt>
            <dd>{jobs.given_up === 0 ? 0 : <Badge tone="failed">{whole(jobs.given_up)}</Badge>}</dd>
          </div>
        </dl>
      </div>
      <div>
        <h2>
          <Trans>Database</Trans>
        </h2>
        <p className={styles.lead}>
          <Trans>It takes {sizeText(database.bytes)}.</Trans> <Growth growth={database.growth} />{' '}
          <Trans>These are its largest tables, with their indexes.</Trans>
        </p>
        <dl className={styles.facts}>
          {database.tables.map(({ name, bytes }) => (
            <div key={name}>
              <dt className="code">{name}</dt>
              <dd>{sizeText(bytes)}</dd>
            </div>
          ))}
        </dl>
      </div>
    </>
  )
}

function CheckBadge({ status }: { status: Check['status'] }) {
  const { t } = useLingui()
  const [tone, words] = (
    {
      ok: ['done', t`OK`],
      warn: ['needs', t`Look at it`],
      fail: ['failed', t`Fails`],
    } satisfies Record<Check['status'], [Tone, string]>
  )[status]
  return <Badge tone={tone}>{words}</Badge>
}

/** `Advice` is what to do, with a button that copies it where it is a command. */
function Advice({ text }: { text: string }) {
  const { t } = useLingui()
  if (text === '') return null
  if (!text.startsWith('imeigate ')) return findingText(text)
  return (
    <Copy value={text} size="compact-sm" variant="subtle" aria-label={t`Copy the command ${text}`}>
      <span className="code">{text}</span>
    </Copy>
  )
}
