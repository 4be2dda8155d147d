import { MAX_QUANTITY, MAX_QUANTITY_OPTIONS } from '../catalogue/attributes.ts'
import {
  completeService,
  type FieldInput,
  type Names,
  type ServiceInput,
} from '../catalogue/complete-service.ts'
import { MAX_INPUT_LENGTH } from '../catalogue/input-schema.ts'
import type { Service } from '../catalogue/service.ts'
import type { RemoteBox, RemoteField } from '../integrations/suppliers/supplier.ts'
import { type Result, resultOf } from '../lib/fault.ts'
import { shorten } from '../lib/text.ts'
import type { StagedService } from './staging.sql.ts'

/** OurService is a service of ours made of one of a supplier's. */
interface OurService {
  service: Omit<Service, 'id'>
  /** `theirs` has the supplier's names of fields, by ours, where they differ. */
  theirs: Map<string, string>
}

const MAX_LINE_LENGTH = 200
const MAX_NAME_LENGTH = 100
const MAX_TEXT_LENGTH = 20_000
/** NO_NAMES is empty, because an imported service belongs to no price group, and its route is written apart. */
const NO_NAMES: Names = { groups: new Map(), suppliers: new Map() }

/**
 * `ourServiceOf` makes a service of ours of one of a supplier's, as the catalogue takes it: texts are cut to what it holds, fields get
 * names that it allows.
 */
export function ourServiceOf(
  remote: StagedService,
  { code, name = remote.name, into }: { code: string; name?: string; into?: string | undefined },
): Result<OurService> {
  const { fields, theirs } = ourFieldsOf(remote.fields)
  const isServer = remote.kind === 'server'
  const { service, faults } = completeService(
    {
      code,
      name: shorten(name, MAX_LINE_LENGTH),
      group: into ?? (shorten(remote.group_name, MAX_LINE_LENGTH) || 'Services'),
      kind: remote.kind,
      description: shorten(remote.description, MAX_TEXT_LENGTH),
      deliveryTime: shorten(remote.delivery_time, MAX_LINE_LENGTH),
      fields,
      // Other kinds are sold one at a time, whatever the supplier says.
      minQuantity: isServer ? Math.max(1, remote.min_quantity) : 1,
      maxQuantity: isServer ? mostOf(remote) : 1,
      ...(isServer && optionsOf(remote)),
      ...(remote.kind === 'serial' && remote.box && inputOf(remote.box)),
    },
    undefined,
    NO_NAMES,
  )
  return resultOf({ service, theirs }, faults)
}

/** `mostOf` is no more than we can sell; what must be more than that is for the catalogue to refuse. */
const mostOf = ({ min_quantity: min, max_quantity: max }: StagedService): number =>
  Math.max(1, min, Math.min(max, MAX_QUANTITY))

/** `optionsOf` gives the options that we can sell; where that is none, the bounds say why to the catalogue. */
function optionsOf({ quantity_options: given }: StagedService): Partial<ServiceInput> {
  const canBe = given.filter((option) => option >= 1 && option <= MAX_QUANTITY)
  const quantityOptions = canBe.toSorted((a, b) => a - b)
  const [least, most] = [quantityOptions[0], quantityOptions.at(-1)]
  if (least === undefined || most === undefined) return {}
  const bounds = { minQuantity: least, maxQuantity: most }
  // More choices than we list, one after the other, are no more than their bounds.
  const isRun = most - least === quantityOptions.length - 1
  return isRun && quantityOptions.length > MAX_QUANTITY_OPTIONS ? bounds : { quantityOptions, ...bounds }
}

/** `inputOf` keeps the name and the lengths of a supplier's box, as far as ours can have them. */
function inputOf({ name, hint, minLength, maxLength }: RemoteBox): Partial<ServiceInput> {
  const minInputLength = Math.min(Math.max(minLength, 1), MAX_INPUT_LENGTH)
  const maxInputLength = Math.min(maxLength === 0 ? MAX_INPUT_LENGTH : maxLength, MAX_INPUT_LENGTH)
  return {
    inputName: shorten(name, MAX_NAME_LENGTH),
    inputHint: shorten(hint, MAX_LINE_LENGTH),
    minInputLength: Math.min(minInputLength, maxInputLength),
    maxInputLength,
  }
}

/** `ourFieldsOf` gives fields of ours for those of a supplier, and its names for them where they differ. */
export function ourFieldsOf(remote: RemoteField[]): { fields: FieldInput[]; theirs: Map<string, string> } {
  const fields: FieldInput[] = []
  const theirs = new Map<string, string>()
  const taken = new Set<string>()
  for (const { name: theirName, label, type, required, options } of remote) {
    const name = free(legalName(theirName), taken)
    taken.add(name)
    if (name !== theirName) theirs.set(name, theirName)
    const choices = [...new Set(options.map((option) => option.trim()))].filter((option) => option !== '')
    // Options that an order form cannot list are typed in, so that the supplier still gets its own words.
    const listed = type === 'dropdown' && choices.length > 0 && choices.every(isChoice)
    fields.push({
      name,
      label: shorten(label, MAX_LINE_LENGTH) || name,
      type: listed ? 'dropdown' : 'text',
      required,
      options: listed ? choices : [],
    })
  }
  return { fields, theirs }
}

const isChoice = (option: string): boolean => !option.includes(',') && option.length <= MAX_LINE_LENGTH

/** `legalNames` remembers the field names that the catalogue was asked about. */
const legalNames = new Map<string, string>()
const MAX_REMEMBERED = 10_000

/** `legalName` gives the nearest name to the supplier's that a field of ours can have. */
function legalName(theirs: string): string {
  let name = legalNames.get(theirs)
  if (name === undefined) {
    const letters = theirs
      .toUpperCase()
      .replace(/[^A-Z0-9_]+/g, '_')
      .replace(/^[^A-Z]+|_+$/g, '')
      .slice(0, 50)
    name = isAllowed(letters) ? letters : `FIELD${letters === '' ? '' : `_${letters}`}`
    if (legalNames.size >= MAX_REMEMBERED) legalNames.clear()
    legalNames.set(theirs, name)
  }
  return name
}

/** `isAllowed` asks the catalogue, because some names are taken by what every order has. */
const isAllowed = (name: string): boolean =>
  completeService({ fields: [{ name }] }, undefined, NO_NAMES).faults.every(
    ({ path }) => path[0] !== 'fields',
  )

function free(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  let count = 2
  while (taken.has(`${name}_${count}`)) count++
  return `${name}_${count}`
}
