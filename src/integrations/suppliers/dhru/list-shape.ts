import { TokenType } from '@streamparser/json'

/** ListShape looks in the tokens of an answer for what makes it a service list, because an empty list has no other sign. */
export class ListShape {
  #depth = 0
  #lastString = ''
  /** `#named` is the name whose value comes next. */
  #named: string | undefined
  #listDepth: number | undefined
  #hasList = false
  #hasGroups = false
  #hasServices = false

  see({ token, value }: { token: TokenType; value: unknown }): void {
    const named = this.#named
    this.#named = undefined
    switch (token) {
      case TokenType.STRING:
        this.#lastString = String(value)
        return
      case TokenType.COLON:
        this.#named = this.#lastString
        return
      case TokenType.LEFT_BRACE:
      case TokenType.LEFT_BRACKET:
        this.#open(named)
        return
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        this.#depth--
        if (this.#depth === this.#listDepth) this.#listDepth = undefined
    }
  }

  #open(named: string | undefined): void {
    // The LIST stands within { SUCCESS [ {; some panels leave out the array.
    if (named === 'LIST' && this.#depth >= 2 && this.#depth <= 3) {
      this.#hasList = true
      this.#listDepth = this.#depth
    } else if (this.#listDepth !== undefined && this.#depth === this.#listDepth + 1) {
      this.#hasGroups = true
    } else if (this.#listDepth !== undefined && this.#depth === this.#listDepth + 2) {
      if (named === 'SERVICES') this.#hasServices = true
    }
    this.#depth++
  }

  /** `fault` says why the answer, which has ended, is no service list; undefined: it is one. */
  fault(): string | undefined {
    if (!this.#hasList) return 'the answer is no service list'
    return this.#hasGroups && !this.#hasServices
      ? 'the groups of the service list have no services'
      : undefined
  }
}
