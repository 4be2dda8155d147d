import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Progress, Stack, Table } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { CardTable } from '../../../kit/card-table.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { percentOf, sizeText, whole } from '../../../kit/numbers.ts'
import { Page } from '../../../kit/page.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './settings.module.css'

const KEY = ['backups']
/** AGAIN_MS is how often the list is read while a backup is being made. */
const AGAIN_MS = 1000
const LIMIT = 50

const readBackups = (signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/backups', { params: { query: { limit: LIMIT } }, signal }))
type Backup = Awaited<ReturnType<typeof readBackups>>['items'][number]

/** `Backups` lists the backups that the database knows of, makes one, and reads one to its end. */
export function Backups() {
  const { t } = useLingui()
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: KEY })
  const make = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/backups')),
    onSettled: refresh,
  })
  const backups = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => readBackups(signal),
    refetchInterval: make.isPending ? AGAIN_MS : false,
  })
  const items = backups.data?.items ?? []
  const good = items.find(({ ended_at }) => ended_at !== null)
  const button = (
    <Button onClick={() => make.mutate()} loading={make.isPending}>
      <Trans>Back up now</Trans>
    </Button>
  )
  return (
    <Page title={t`Backups`} actions={items.length > 0 && button}>
      <Stack gap="lg">
        <FaultNote fault={backups.error} onRetry={() => void backups.refetch()} />
        <FaultNote fault={make.error} untouched={<Trans>Earlier backups are unchanged.</Trans>} />
        {backups.data && (
          <div className={styles.lead}>
            <Schedule schedule={backups.data.schedule} />
            {items.length > 0 && (
              <p>
                {good ? (
                  <Trans>
                    The last good one is of <When at={good.started_at} exact />.
                  </Trans>
                ) : (
                  <Trans>None of these is whole.</Trans>
                )}
              </p>
            )}
          </div>
        )}
        {backups.isPending && <Loading rows={4} />}
        {make.isPending && <Making backup={items.find(({ progress }) => progress !== null)} />}
        {backups.data && items.length === 0 && !make.isPending && (
          <Empty action={button}>
            <Trans>No backups yet. One goes into the folder for backups of the server.</Trans>
          </Empty>
        )}
        {items.length > 0 && (
          <CardTable label={t`Backups`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Started`}</Table.Th>
                <Table.Th data-card="state">{t`State`}</Table.Th>
                <Table.Th ta="end">{t`Size`}</Table.Th>
                <Table.Th ta="end">{t`Rows`}</Table.Th>
                <Table.Th data-card="words">{t`File`}</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">{t`Actions`}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((backup) => (
                <Row key={backup.id} backup={backup} />
              ))}
            </Table.Tbody>
          </CardTable>
        )}
        {good && (
          <div>
            <h2>
              <Trans>To restore one</Trans>
            </h2>
            <p className={styles.lead}>
              <Trans>
                Stop the server, and run this command on the machine that has the file, into a database that
                is empty. What was open when the backup was made then waits for a person, so that nothing is
                bought twice.
              </Trans>
            </p>
            <p className={`code ${styles.command}`}>imeigate restore {good.file}</p>
          </div>
        )}
      </Stack>
    </Page>
  )
}

/** `Schedule` says whether the server makes backups by itself, and how many of these stay. */
function Schedule({
  schedule: { every_hours: hours, keep, folder, is_encrypted },
}: {
  schedule: Awaited<ReturnType<typeof readBackups>>['schedule']
}) {
  return (
    <p>
      {hours === 0 ? (
        <Trans>
          The server makes no backup by itself: the setting BACKUP_HOURS says after how many hours it does.
        </Trans>
      ) : (
        <>
          <Plural
            value={hours}
            one="The server makes a backup every hour (BACKUP_HOURS)."
            other="The server makes a backup every # hours (BACKUP_HOURS)."
          />{' '}
          <Plural
            value={keep}
            one="It keeps the last one that it made."
            other="It keeps the last # that it made."
          />
        </>
      )}{' '}
      {is_encrypted ? (
        <Trans>
          Backups are encrypted, and go to <span className="code">{folder}</span>.
        </Trans>
      ) : (
        <Trans>
          Backups are not encrypted, and go to <span className="code">{folder}</span>.
        </Trans>
      )}
    </p>
  )
}

function Making({ backup }: { backup: Backup | undefined }) {
  const { t } = useLingui()
  const { rows, of } = backup?.progress ?? { rows: 0, of: 0 }
  const percent = of === 0 ? 0 : Math.min(100, Math.round((rows / of) * 100))
  return (
    <div role="status">
      <p className="muted">
        <Trans>A backup is being made: {percentOf(percent)}. It goes on if you leave this page.</Trans>
      </p>
      <Progress value={percent} aria-label={t`How far the backup has come`} />
    </div>
  )
}

function Row({ backup }: { backup: Backup }) {
  const { t } = useLingui()
  const { id, started_at, ended_at, host, file, bytes, rows, scheduled, encrypted, problem, progress } =
    backup
  const check = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/backups/{id}/check', { params: { path: { id } } })),
  })
  return (
    <Table.Tr>
      <Table.Td>
        <When at={started_at} exact />
        <div className="muted">{scheduled ? t`by schedule` : t`by hand`}</div>
      </Table.Td>
      <Table.Td className={styles.words}>
        {ended_at !== null ? (
          <Badge tone="done">{t`Whole`}</Badge>
        ) : problem !== null ? (
          <Badge tone="failed">{t`Failed`}</Badge>
        ) : progress !== null ? (
          <Badge tone="working">{t`Being made`}</Badge>
        ) : (
          <Badge tone="off">{t`Not ended`}</Badge>
        )}
        {problem !== null && <div className="muted">{problem}</div>}
        {encrypted && <div className="muted">{t`encrypted`}</div>}
      </Table.Td>
      <Table.Td className={styles.end}>{bytes === null ? '–' : sizeText(bytes)}</Table.Td>
      <Table.Td className={styles.end}>{rows === null ? '–' : whole(rows)}</Table.Td>
      <Table.Td className={`code ${styles.words}`}>
        {host}:{file}
      </Table.Td>
      <Table.Td className={styles.end}>
        {ended_at !== null && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={check.isPending}
            onClick={() => check.mutate()}
            aria-label={t`Check backup ${id}: reads it to its end`}
          >
            <Trans>Check</Trans>
          </Button>
        )}
        <span role="status">
          {check.data && <span className={styles.yes}>{t`as it was written`}</span>}
          {check.error && <FaultNote fault={check.error} />}
        </span>
      </Table.Td>
    </Table.Tr>
  )
}
