import { createPriceGroup } from '../accounts/accounts.ts'
import { Refusal } from '../errors.ts'
import type { Move, Part, Told } from './move.ts'
import type { Row } from './rows.ts'

const MAX_NAME = 64

/** `groupsPart` makes the price groups that are not here yet. */
export function groupsPart(move: Move, told: Told): Part {
  const lines = new Map<string, number>()
  return {
    async take(rows) {
      for (const row of rows) await takeGroup(row)
    },
  }

  async function takeGroup(row: Row): Promise<void> {
    const { name = '', id } = row.cells
    const keys = [name, ...(id === undefined ? [] : [id])].map((key) => key.toLowerCase())
    const line = keys.map((key) => lines.get(key)).find((one) => one !== undefined)
    if (line !== undefined)
      return told.wrong(row, 'name', `its name or number is that of another one, at ${line}`)
    if (name.length > MAX_NAME)
      return told.wrong(row, 'name', `must not be longer than ${MAX_NAME} characters`)
    for (const key of keys) lines.set(key, row.line)
    const others = id === undefined ? [] : [id]
    const here = move.known.group(name)
    if (here?.name.toLowerCase() === name.toLowerCase()) {
      move.known.addGroup(here, ...others)
      return told.known(row, name, [])
    }
    if (!move.makes.includes('groups')) return
    let made: Awaited<ReturnType<typeof createPriceGroup>> | undefined
    try {
      made = move.writes ? await createPriceGroup(move.sql, name, move.clock) : undefined
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return told.wrong(row, 'name', error.message)
    }
    move.known.addGroup({ name, id: made?.id }, ...others)
    told.count.made++
  }
}
