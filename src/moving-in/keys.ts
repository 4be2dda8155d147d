import { findKeysOfHashes, hashSecret, moveKeyIn } from '../accounts/keys.ts'
import { isPrintable } from '../lib/text.ts'
import { type Move, type Mover, named, type Part, type Told } from './move.ts'
import type { Row } from './rows.ts'

interface Keyed {
  row: Row
  mover: Mover
  hash: Buffer
  name: string
}

/** MIN_KEY: shorter ones can be guessed, whatever slows guessing down. MAX_KEY is the longest that a request may have. */
const MIN_KEY = 8
const MAX_KEY = 256
const MAX_NAME = 200

/** `keysPart` makes keys of the accounts' access keys, which are hashed when they are read and kept nowhere else. */
export function keysPart(move: Move, told: Told): Part {
  const lines = new Map<string, number>()
  return {
    async take(rows) {
      const keyed = rows.map(readKey).filter((one) => one !== undefined)
      const accounts = keyed.flatMap(({ mover }) => (mover.id === undefined ? [] : [mover.id]))
      const found = await findKeysOfHashes(
        move.sql,
        accounts,
        keyed.map(({ hash }) => hash),
      )
      const here = new Map(found.map((key) => [`${key.accountId} ${key.hash}`, key]))
      const made: Keyed[] = []
      for (const key of keyed) {
        const { row, mover, hash } = key
        const same = here.get(`${mover.id} ${hash.toString('hex')}`)
        if (!same) made.push(key)
        else {
          told.known(row, `key of ${mover.username}`, [])
          if (same.revoked)
            move.report.note(
              `the key of ${mover.username} in line ${row.line} of ${told.count.file} is revoked here, and stays so`,
            )
        }
      }
      if (move.writes && made.length > 0) {
        await move.sql.begin(async (transaction) => {
          const at = move.clock.now()
          for (const { mover, hash, name } of made) {
            if (mover.id === undefined) throw new Error(`account ${mover.username} was not made`)
            await moveKeyIn(transaction, { accountId: mover.id, secretHash: hash, name }, at)
          }
        })
      }
      told.count.made += made.length
    },
  }

  function readKey(row: Row): Keyed | undefined {
    const { key, name = 'moved in' } = row.cells
    if (key === undefined) {
      told.count.rows--
      return undefined
    }
    const { found: mover, ok } = named({ move, told, row }, 'account', (one) => move.known.mover(one))
    let isRight = ok
    const wrong = (column: string, message: string): void => {
      isRight = false
      told.wrong(row, column, message)
    }
    if (key.length < MIN_KEY)
      wrong('key', `has fewer than ${MIN_KEY} characters, and could be guessed: the reseller needs a new one`)
    else if (key.length > MAX_KEY) wrong('key', `must not be longer than ${MAX_KEY} characters`)
    else if (!isPrintable(key)) wrong('key', 'must not hold control characters')
    if (name.length > MAX_NAME || !isPrintable(name))
      wrong('name', `must be one line of at most ${MAX_NAME} characters`)
    if (!mover || !isRight) return undefined
    const hash = hashSecret(key)
    const once = `${mover.username} ${hash.toString('base64')}`
    const line = lines.get(once)
    if (line !== undefined) {
      wrong('key', `the account has it already, at ${line}`)
      return undefined
    }
    lines.set(once, row.line)
    return { row, mover, hash, name }
  }
}
