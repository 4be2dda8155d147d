import { type DhruGroup, type DhruService, readService, textOf } from '../../../client/index.ts'

/** GroupPlace is where a group stands in a list. */
export interface GroupPlace {
  /** `id` is a text that no other group of the list has. */
  id: string
  /** `key` names a group that says no name of its own; '': nothing does. */
  key: string
}

interface OpenGroup extends GroupPlace {
  /** `name` and `type` are undefined until the list has said them. */
  name: string | undefined
  type: string | undefined
}

/** Waiting is a service whose group has not said everything that the service is read by; `key` is what it stands under. */
interface Waiting {
  object: Record<string, unknown>
  key: string | undefined
}

/** ListGroups makes services of what a list says of its groups, in whatever order, and keeps those of one group at most. */
export class ListGroups {
  readonly #currency: string | undefined
  #group: OpenGroup | undefined
  #waiting: Waiting[] = []
  #ready: DhruService[] = []

  constructor(currency: string | undefined) {
    this.#currency = currency
  }

  name(place: GroupPlace, value: unknown): void {
    this.#at(place).name = textOf(value)
    this.#release()
  }

  type(place: GroupPlace, value: unknown): void {
    this.#at(place).type = textOf(value)
    this.#release()
  }

  service(place: GroupPlace, object: Record<string, unknown>, key?: string): void {
    this.#at(place)
    this.#waiting.push({ object, key })
    this.#release()
  }

  /** `end` says that the list has ended. */
  end(): void {
    this.#release('all')
  }

  /** `take` gives the services that have been read since the last time. */
  take(): DhruService[] {
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  #at(place: GroupPlace): OpenGroup {
    if (this.#group?.id === place.id) return this.#group
    this.#release('all')
    this.#group = { ...place, name: undefined, type: undefined }
    return this.#group
  }

  /** `#release` reads the services that need to wait no longer, or all of them. */
  #release(which: 'all' | 'complete' = 'complete'): void {
    if (!this.#group || this.#waiting.length === 0) return
    const { name, key, type } = this.#group
    const isComplete = ({ object }: Waiting): boolean =>
      which === 'all' || (name !== undefined && (type !== undefined || saysItsType(object)))
    const group: DhruGroup = { name: name || textOf(key), type: type ?? '' }
    const waiting = this.#waiting
    this.#waiting = waiting.filter((one) => !isComplete(one))
    for (const { object, key: under } of waiting.filter(isComplete)) {
      this.#ready.push(readService(object, group, { key: under, currency: this.#currency }))
    }
  }
}

const saysItsType = (object: Record<string, unknown>): boolean =>
  Object.entries(object).some(([name, value]) => /^\s*servicetype\s*$/i.test(name) && textOf(value) !== '')
