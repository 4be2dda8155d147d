import { Parser } from 'htmlparser2'
import { readRefusal } from '../../../client/index.ts'
import type { GroupPlace, ListGroups } from './list-groups.ts'
import { ListRefused, type ListText } from './list-text.ts'
import { type XmlElement, xmlValue } from './xml-value.ts'

/** MAX_DEPTH bounds the parser's own work on each tag, which grows with the depth. */
const MAX_DEPTH = 20

/**
 * Role is what an element is to the list. `value`: it says something, of a service or of its group. `other`: it only holds others, such as
 * the rows of SUCCESS.
 */
type Role = 'other' | 'success' | 'error' | 'list' | 'group' | 'services' | 'value'

interface Open extends XmlElement {
  role: Role
  /** `at` is where its tag begins. */
  at: number
  /** `group` is the place of the group that the element is, or belongs to. */
  group: GroupPlace
}

const NO_GROUP: GroupPlace = { id: '', key: '' }

/**
 * XmlList reads a list in XML: a LIST somewhere in SUCCESS has groups, and each of them SERVICES. How panels call groups and services
 * is not agreed on: what holds GROUPNAME, GROUPTYPE or SERVICES is a group, what stands in SERVICES is a service, by elements or by attributes. Entities
 * that the XML declares are not expanded.
 */
export class XmlList implements ListText {
  isWhole = false
  readonly #groups: ListGroups
  readonly #open: Open[] = []
  readonly #parser: Parser
  #count = 0
  #hasList = false
  #hasGroups = false
  #hasServices = false

  constructor(groups: ListGroups) {
    this.#groups = groups
    this.#parser = new Parser(
      {
        onopentag: (name, attributes) => this.#begin(name.trim().toUpperCase(), attributes),
        ontext: (text) => {
          const element = this.#open.at(-1)
          if (element?.role === 'value' || element?.role === 'error') element.text += text
        },
        onclosetag: (_name, isImplied) => {
          const element = this.#open.pop()
          if (!element || this.isWhole) return
          // A tag that closes itself is where it began.
          if (isImplied && this.#parser.startIndex !== element.at) {
            throw new Error('the XML of the service list is malformed')
          }
          this.#end(element)
          if (this.#open.length === 0) this.isWhole = true
        },
      },
      { xmlMode: true, lowerCaseTags: true },
    )
  }

  write(text: string): void {
    if (!this.isWhole) this.#parser.write(text)
  }

  fault(): string | undefined {
    if (!this.#hasList) return 'the answer is no service list'
    return this.#hasGroups && !this.#hasServices
      ? 'the groups of the service list have no services'
      : undefined
  }

  #begin(name: string, attributes: Record<string, string>): void {
    if (this.isWhole) return
    if (this.#open.length >= MAX_DEPTH) throw new Error('the XML of the service list is nested too deep')
    const parent = this.#open.at(-1)
    const role = this.#roleOf(name, parent)
    const isGroup = role === 'list' || role === 'group'
    const group = isGroup
      ? { id: String(++this.#count), key: keyOf(name, attributes) }
      : (parent?.group ?? NO_GROUP)
    if (parent?.role === 'list') this.#hasGroups = true
    if (role === 'list') this.#hasList = true
    if (role === 'services') this.#hasServices = true
    const at = this.#parser.startIndex
    this.#open.push({ name, attributes, text: '', children: [], role, at, group })
  }

  #roleOf(name: string, parent: Open | undefined): Role {
    switch (parent?.role) {
      case 'value':
      case 'error':
      case 'services':
        return 'value'
      case 'list':
      case 'group':
        if (name === 'SERVICES') return 'services'
        return name === 'GROUPNAME' || name === 'GROUPTYPE' ? 'value' : 'group'
    }
    if (name === 'ERROR') return 'error'
    if (name === 'SUCCESS') return 'success'
    const isSuccess = this.#open.some(({ role }) => role === 'success')
    return name === 'LIST' && isSuccess ? 'list' : 'other'
  }

  #end(element: Open): void {
    const parent = this.#open.at(-1)
    const { name, role, group } = element
    if (role === 'error') {
      const refusal = readRefusal(xmlValue(element))
      if (refusal) throw new ListRefused(refusal)
    } else if (role === 'services') {
      // Where SERVICES is repeated for each service, it is the service itself.
      const fields = Object.fromEntries(element.children)
      if (Object.keys(fields).some((field) => ITS_OWN.test(field))) this.#groups.service(group, fields)
    } else if (role === 'value' && parent) this.#said(name, xmlValue(element), parent)
  }

  /** `#said` takes in what an element says, and leaves to its parent what belongs to that. */
  #said(name: string, value: unknown, parent: Open): void {
    const { role, group } = parent
    if (role === 'list' || role === 'group') {
      if (name === 'GROUPNAME') this.#groups.name(group, value)
      else this.#groups.type(group, value)
    } else if (role === 'services' && isService(name, value)) this.#groups.service(group, value)
    else parent.children.push([name, value])
  }
}

/** ITS_OWN are names that a service says of itself. */
const ITS_OWN = /^(?:SERVICE)?(?:ID|NAME)$/

/** `isService` tells a service in SERVICES from a part of one, where SERVICES is the service. */
const isService = (name: string, value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && !Array.isArray(value) && !/^(?:CUSTOM|REQUIRES)\b/.test(name)

/** `keyOf` names a group by an attribute, or by its element where that is a word of the panel's own. */
function keyOf(name: string, attributes: Record<string, string>): string {
  const {
    id,
    name: given,
    groupname,
  } = Object.fromEntries(
    Object.entries(attributes).map(([attribute, value]) => [attribute.toLowerCase(), value]),
  )
  const own = /^(?:LIST|GROUP|RESULT|ROW|ITEM|ENTRY)?[_-]?\d*$/.test(name) ? '' : name.replaceAll('_', ' ')
  return groupname || given || id || own
}
