import type { DhruRefusal } from '../../../client/index.ts'

/** ListText reads the text of a service list as it comes in. */
export interface ListText {
  /** `isWhole` says that what the list began with has ended. */
  readonly isWhole: boolean
  /** `write` throws an Error when the list is malformed, and ListRefused when it is a refusal. */
  write(text: string): void
  /** `fault` says why an answer that is whole is no service list; undefined: it is one. */
  fault(): string | undefined
}

/** ListRefused says that the panel answered with an ERROR. */
export class ListRefused extends Error {
  constructor({ message }: DhruRefusal) {
    super(`the service list was refused: ${message}`)
  }
}

/** ListStart finds where a list begins in a text that comes in pieces, behind whatever else a panel prints, and what it is written in. */
export class ListStart {
  format: 'json' | 'xml' | undefined
  /** `#kept` is the end of what came, in which a beginning may have begun. */
  #kept = ''

  /** `skip` gives the part of the next piece that belongs to the list. */
  skip(text: string): string {
    if (this.format) return text
    const whole = this.#kept + text
    const start = START.exec(whole)
    if (start) {
      this.format = start[1] === undefined ? 'xml' : 'json'
      return whole.slice(start.index)
    }
    // Blanks behind a brace may go on.
    const brace = /\{\s*$/.exec(whole)
    this.#kept = brace ? '{' : whole.slice(-MAX_START)
    return ''
  }
}

/** START is a brace that a quote or another brace follows, or an element that answers begin with: in PHP's warnings there are neither. */
const START = /(\{)\s*["}]|<(?:\?xml\s|(?:dhrufusion|dhru|response|result|success|error)[\s>/])/i
/** MAX_START is longer than the name of any such element. */
const MAX_START = 20
