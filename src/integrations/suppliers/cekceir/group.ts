import { createHash } from 'node:crypto'
import { isSameInput } from '../../../client/index.ts'
import type { SupplierTask } from '../supplier.ts'

/** Group is tasks that travel in one order: for one service, with the same extra fields, each with an input of its own. */
export interface Group {
  tasks: SupplierTask[]
  body: string
  /** `idempotencyKey` follows from what is ordered and for which attempts: the same group has the same key, and no other has it. */
  idempotencyKey: string
}

export interface Grouping {
  /** `most` bounds the items of one order. */
  most: number
  /** `itemsField` is the order's field that lists the inputs. */
  itemsField: string
  /** `installation` is in the key because attempts are numbered by each installation. */
  installation: string
}

/**
 * `groupsOf` never puts the same input into an order twice, because results are told apart by their input. A task without an input, or of
 * more than one unit, is an order of its own.
 */
export function groupsOf(tasks: SupplierTask[], { most, itemsField, installation }: Grouping): Group[] {
  const open = new Map<string, SupplierTask[][]>()
  const alone: SupplierTask[][] = []
  for (const task of tasks) {
    if (travelsAlone(task)) {
      alone.push([task])
      continue
    }
    const kind = JSON.stringify([task.remoteService, sortedFields(task)])
    const alike = open.get(kind) ?? []
    open.set(kind, alike)
    const roomy = alike.find(
      (group) => group.length < most && group.every((one) => !isSameInput(one.input, task.input)),
    )
    if (roomy) roomy.push(task)
    else alike.push([task])
  }
  return [...[...open.values()].flat(), ...alone].map((group) => groupOf(group, itemsField, installation))
}

/** `travelsAlone` tells whether the task's order is about nothing else, however many units it counts. */
export const travelsAlone = ({ input, quantity }: SupplierTask): boolean => input === '' || quantity !== 1

function groupOf(unsorted: SupplierTask[], itemsField: string, installation: string): Group {
  const tasks = unsorted.toSorted((a, b) => (a.attemptKey < b.attemptKey ? -1 : 1))
  const [first] = tasks as [SupplierTask]
  const data: Record<string, unknown> = { ...Object.fromEntries(sortedFields(first)) }
  if (first.input !== '') data[itemsField] = tasks.map(({ input }) => input)
  if (travelsAlone(first)) data['quantity'] = first.quantity
  const body = JSON.stringify({ code: first.remoteService, data })
  const named = JSON.stringify([installation, tasks.map(({ attemptKey }) => attemptKey), body])
  return { tasks, body, idempotencyKey: uuidOf(named) }
}

const sortedFields = ({ fields }: SupplierTask): [string, string][] =>
  Object.entries(fields ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))

/** `uuidOf` writes a random UUID (version 4), which is what servers check for. */
export function uuidOf(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
