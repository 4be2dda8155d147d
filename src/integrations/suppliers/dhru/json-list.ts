import { Tokenizer, TokenParser } from '@streamparser/json'
import { readRefusal } from '../../../client/index.ts'
import type { GroupPlace, ListGroups } from './list-groups.ts'
import { ListShape } from './list-shape.ts'
import { ListRefused, type ListText } from './list-text.ts'

const PATHS = [
  '$.ERROR',
  ...['$.SUCCESS.*.LIST.*', '$.SUCCESS.LIST.*'].flatMap((group) => [
    `${group}.GROUPNAME`,
    `${group}.GROUPTYPE`,
    `${group}.SERVICES.*`,
  ]),
]

/** JsonList reads a list in JSON. SUCCESS, LIST and SERVICES may each be an object or an array. */
export class JsonList implements ListText {
  isWhole = false
  readonly #groups: ListGroups
  readonly #shape = new ListShape()
  readonly #tokenizer = new Tokenizer()

  constructor(groups: ListGroups) {
    this.#groups = groups
    const parser = new TokenParser({ paths: PATHS, keepStack: false })
    this.#tokenizer.onToken = (token) => {
      this.#shape.see(token)
      parser.write(token)
    }
    parser.onValue = ({ key, value, stack }) => {
      const place = stack.slice(1).map((element) => element.key)
      this.#found([...place, key], value)
    }
    parser.onEnd = () => {
      this.isWhole = true
    }
  }

  write(text: string): void {
    // The answer ends with the JSON; a panel may print more behind it.
    if (this.isWhole || text === '') return
    try {
      this.#tokenizer.write(text)
    } catch (error) {
      if (error instanceof ListRefused) throw error
      if (!this.isWhole) throw new Error('the JSON of the service list is malformed', { cause: error })
    }
  }

  fault(): string | undefined {
    return this.#shape.fault()
  }

  /** `#found` takes in a value under one of the paths; `place` are the keys and indexes that lead to it. */
  #found(place: (string | number | undefined)[], value: unknown): void {
    if (place[0] === 'ERROR') {
      const refusal = readRefusal(value)
      if (refusal) throw new ListRefused(refusal)
      return
    }
    const inGroup = place.lastIndexOf('LIST') + 2
    const path = place.slice(0, inGroup)
    const group: GroupPlace = { id: JSON.stringify(path), key: keyOf(path.at(-1)) ?? '' }
    switch (place[inGroup]) {
      case 'GROUPNAME':
        this.#groups.name(group, value)
        return
      case 'GROUPTYPE':
        this.#groups.type(group, value)
        return
      default:
        if (typeof value !== 'object' || value === null) return
        this.#groups.service(group, value as Record<string, unknown>, keyOf(place.at(-1)))
    }
  }
}

/** `keyOf` gives no key for an array's index. */
const keyOf = (key: string | number | undefined): string | undefined =>
  typeof key === 'string' ? key : undefined
