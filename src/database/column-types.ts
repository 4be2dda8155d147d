import type { ColumnType, Selectable } from 'kysely'
import type { Micros } from '../lib/money.ts'

/** Amount is an int8 column that names no row: money in millionths, or what counts in them. */
export type Amount = ColumnType<Micros, bigint, bigint>

/** JsonText is a json column: it is read as a value whose shape only its room knows, and written as text. */
export type JsonText = ColumnType<unknown, string, string>

/** RowOf is a table's row as records have it, for those who may not import Kysely. */
export type RowOf<Table> = Selectable<Table>
