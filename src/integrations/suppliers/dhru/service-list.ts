import { Tokenizer, TokenParser } from '@streamparser/json'
import { type DhruGroup, type DhruService, readRefusal, readService, textOf } from '../../../client/index.ts'
import { DocumentStart, ListShape } from './list-shape.ts'

/**
 * `readServiceList` reads a service list while it comes in and keeps no more of it than one service, or one group where the group's name
 * stands behind its services. SUCCESS, LIST and SERVICES may each be an object or an array. Junk around the JSON is skipped. Services
 * without an id are left out. Throws an Error when the list is not whole (cut short, malformed, no list at all) or is a refusal:
 * what was given before then must not be used.
 */
export async function* readServiceList(
  body: AsyncIterable<Uint8Array>,
  currency?: string,
): AsyncGenerator<DhruService> {
  const reader = new ServiceListReader(currency)
  // Old panels send single bytes that are no UTF-8.
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    reader.write(decoder.decode(chunk, { stream: true }))
    yield* reader.take()
  }
  reader.end()
  yield* reader.take()
}

const PATHS = [
  '$.ERROR',
  ...['$.SUCCESS.*.LIST.*', '$.SUCCESS.LIST.*'].flatMap((group) => [
    `${group}.GROUPNAME`,
    `${group}.GROUPTYPE`,
    `${group}.SERVICES.*`,
  ]),
]

/** OpenGroup is the group that services are read of; its name is undefined until the list has said it. */
interface OpenGroup {
  place: string
  /** `key` is the name that the group stands under where LIST is an object. */
  key: string
  name: string | undefined
  type: string
}

class ServiceListReader {
  readonly #start = new DocumentStart()
  readonly #shape = new ListShape()
  readonly #tokenizer = new Tokenizer()
  readonly #currency: string | undefined
  #isWhole = false
  #group: OpenGroup | undefined
  /** `#nameless` are the services of a group that has not said its name yet. */
  #nameless: [object: Record<string, unknown>, key: string | undefined][] = []
  #ready: DhruService[] = []

  constructor(currency: string | undefined) {
    this.#currency = currency
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
      this.#isWhole = true
    }
  }

  write(text: string): void {
    // The answer ends with the JSON; a panel may print more behind it.
    if (this.#isWhole) return
    const json = this.#start.skip(text)
    try {
      if (json !== '') this.#tokenizer.write(json)
    } catch (error) {
      if (error instanceof ListRefused) throw error
      if (!this.#isWhole) throw new Error('the JSON of the service list is malformed', { cause: error })
    }
  }

  end(): void {
    if (!this.#start.found) throw new Error('the service list is no JSON')
    if (!this.#isWhole) throw new Error('the service list is cut short')
    const fault = this.#shape.fault()
    if (fault !== undefined) throw new Error(fault)
    this.#endGroup()
  }

  /** `take` gives what has been read since the last time. */
  take(): DhruService[] {
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  /** `#found` takes in a value under one of the paths; `place` are the keys and indexes that lead to it. */
  #found(place: (string | number | undefined)[], value: unknown): void {
    if (place[0] === 'ERROR') {
      const refusal = readRefusal(value)
      if (refusal) throw new ListRefused(`the service list was refused: ${refusal.message}`)
      return
    }
    const inGroup = place.lastIndexOf('LIST') + 2
    const group = this.#groupAt(place.slice(0, inGroup))
    switch (place[inGroup]) {
      case 'GROUPNAME':
        group.name = textOf(value)
        this.#release(group)
        return
      case 'GROUPTYPE':
        group.type = textOf(value)
        return
      default:
        if (typeof value !== 'object' || value === null) return
        this.#nameless.push([value as Record<string, unknown>, keyOf(place.at(-1))])
        if (group.name !== undefined) this.#release(group)
    }
  }

  #groupAt(path: (string | number | undefined)[]): OpenGroup {
    const place = JSON.stringify(path)
    if (this.#group?.place === place) return this.#group
    this.#endGroup()
    this.#group = { place, key: keyOf(path.at(-1)) ?? '', name: undefined, type: '' }
    return this.#group
  }

  #endGroup(): void {
    if (this.#group) this.#release(this.#group)
  }

  #release({ name, key, type }: OpenGroup): void {
    const group: DhruGroup = { name: name || textOf(key), type }
    for (const [object, under] of this.#nameless) {
      const service = readService(object, group, { key: under, currency: this.#currency })
      if (service) this.#ready.push(service)
    }
    this.#nameless = []
  }
}

/** ListRefused says that the panel answered with an ERROR. */
class ListRefused extends Error {}

/** `keyOf` gives no key for an array's index. */
const keyOf = (key: string | number | undefined): string | undefined =>
  typeof key === 'string' ? key : undefined
