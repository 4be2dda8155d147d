import type { ColumnType } from 'kysely'
import type { Micros } from '../lib/money.ts'

/** Amount is an int8 column that names no row: money in millionths, or what counts in them. */
export type Amount = ColumnType<Micros, bigint, bigint>

/** JsonText is a json column: it is read as a value whose shape only its room knows, and written as text. */
export type JsonText = ColumnType<unknown, string, string>
