import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { accountsPart } from './accounts.ts'
import { type PartName, partNames } from './columns.ts'
import { groupsPart } from './groups.ts'
import { keysPart } from './keys.ts'
import type { Mapping } from './mapping.ts'
import { Known, type Move, type Part, Told } from './move.ts'
import { endMove, insertMove } from './moves.sql.ts'
import { ordersPart } from './orders.ts'
import { pricesPart } from './prices.ts'
import { MoveReport } from './report.ts'
import { openFile } from './rows.ts'
import { servicesPart } from './services.ts'

export { selectFormerList as listFormer } from './former-list.sql.ts'

export interface MoveInOptions {
  folder: string
  mapping: Mapping
  /** `only` are the parts that move in; without it all. */
  only?: readonly PartName[] | undefined
  /** `dryRun` checks everything and writes nothing. */
  dryRun?: boolean
  /** `leavesRefused`: rows that are refused are left out, and all others move in. */
  leavesRefused?: boolean
  actor: string
  clock?: Clock
  /** `onProgress` is told how many rows of a part are done, and of how many, once that is known. */
  onProgress?: (part: PartName, rows: number, total: number | undefined) => void
}

/** MovedIn is what a move has done; not `written`: what it would do. */
export interface MovedIn {
  report: MoveReport
  written: boolean
}

const makers: Readonly<Record<PartName, (move: Move, told: Told) => Part>> = {
  groups: groupsPart,
  services: servicesPart,
  accounts: accountsPart,
  keys: keysPart,
  prices: pricesPart,
  orders: ordersPart,
}

/**
 * `moveIn` moves a panel's files in: everything is checked before anything is written, and then written so many rows at a time, each time in
 * one transaction. What is there already is found again, so that one that was interrupted goes on where it stopped, and one that is repeated
 * makes nothing twice. Throws not_found where the folder has none of the files.
 */
export async function moveIn(sql: Sql, options: MoveInOptions): Promise<MovedIn> {
  const {
    mapping,
    actor,
    clock = systemClock,
    dryRun = false,
    leavesRefused = false,
    onProgress = () => {},
  } = options
  const { only = partNames } = options
  const folder = resolve(options.folder)
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new Refusal('not_found', `there is no folder ${folder}`, 'folder')
  const begin = async (writes: boolean, totals?: ReadonlyMap<PartName, number>): Promise<Move> => ({
    ...{ sql, folder, mapping, writes, makes: only, actor, clock },
    report: new MoveReport(),
    known: await Known.read(sql),
    onProgress: (part, rows) => onProgress(part, rows, totals?.get(part)),
  })

  const checked = await begin(false)
  await goThrough(checked)
  const { report } = checked
  if (report.parts.length === 0) {
    const files = only.map((part) => mapping[part].file).join(', ')
    throw new Refusal('not_found', `${folder} has none of ${files}`, 'folder')
  }
  if (dryRun || (report.faultCount > 0 && !leavesRefused)) return { report, written: false }

  const id = await insertMove(sql, folder, clock.now())
  const written = await begin(true, new Map(report.parts.map(({ part, rows }) => [part, rows])))
  await goThrough(written)
  await endMove(sql, id, written.report.counts(), clock.now())
  return { report: written.report, written: true }
}

async function goThrough(move: Move): Promise<void> {
  for (const name of partNames) {
    const file = await openFile(move.folder, name, move.mapping[name])
    if (!file) continue
    const isMeant = move.makes.includes(name)
    // The files of other parts name groups and accounts by their numbers at the panel, which these two have.
    if (!isMeant && name !== 'groups' && name !== 'accounts') continue
    const unheard = new MoveReport()
    const report = isMeant ? move.report : unheard
    const told = new Told(report, report.begin(name, move.mapping[name].file, file.unused))
    for (const fault of file.faults) told.refuse(fault)
    if (file.faults.length > 0) continue
    const part = makers[name](isMeant ? move : { ...move, report: unheard, writes: false }, told)
    for await (const rows of file.rows((fault) => {
      if (told.refuse(fault)) told.count.rows++
    })) {
      told.count.rows += rows.length
      await part.take(rows)
      if (isMeant) move.onProgress(name, told.count.rows)
    }
    await part.end?.()
    told.end()
  }
}
