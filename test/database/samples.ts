import ts from 'typescript'

/** QUERYABLE stands in samples for the pool or transaction that a function is given. */
export const QUERYABLE = Symbol('queryable')

/**
 * `sampleOf` makes a value of a type. `way` chooses among the values that a type allows: the members of a union in turn, and what may be
 * left out is there in way 0 and not in way 1.
 */
export function sampleOf(checker: ts.TypeChecker, type: ts.Type, way: number, depth = 0): unknown {
  // Types of JSON hold themselves.
  if (depth > 8) return null
  const sample = (one: ts.Type): unknown => sampleOf(checker, one, way, depth + 1)
  if (type.isUnion()) {
    const nothing = ts.TypeFlags.Null | ts.TypeFlags.Undefined
    const members = type.types.filter(({ flags }) => !(flags & nothing))
    const missing = type.types.find(({ flags }) => flags & nothing)
    if (missing && way % 2 === 1) return missing.flags & ts.TypeFlags.Null ? null : undefined
    return members.length > 0 ? sample(members[way % members.length] as ts.Type) : null
  }
  if (type.isStringLiteral() || type.isNumberLiteral()) return type.value
  const { flags } = type
  if (flags & ts.TypeFlags.BooleanLiteral) return checker.typeToString(type) === 'true'
  const primitive = type.isIntersection() ? type.types : [type]
  const has = (like: ts.TypeFlags) => primitive.some((one) => one.flags & like)
  if (has(ts.TypeFlags.BigIntLike)) return 1n
  if (has(ts.TypeFlags.NumberLike)) return 1
  if (has(ts.TypeFlags.StringLike)) return 'x'
  if (flags & (ts.TypeFlags.Null | ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return null
  if (flags & ts.TypeFlags.Undefined) return undefined
  if (['unsafe', 'run'].every((name) => type.getProperty(name))) return QUERYABLE
  if (checker.isArrayType(type) || checker.isTupleType(type)) {
    return checker.getTypeArguments(type as ts.TypeReference).map(sample)
  }
  const name = type.symbol?.name
  if (name === 'Date') return new Date(0)
  if (name === 'Buffer' || name === 'Uint8Array') return Buffer.from('x')
  if (name === 'Map' || name === 'ReadonlyMap') return new Map()
  if (name === 'Set' || name === 'ReadonlySet') return new Set()
  if (type.getCallSignatures().length > 0) return () => undefined
  const properties = checker.getPropertiesOfType(type)
  const kept = properties.filter(({ flags }) => way % 2 === 0 || !(flags & ts.SymbolFlags.Optional))
  // A change of nothing is no statement.
  const present = kept.length > 0 ? kept : properties.slice(0, 1)
  const chosen = kept.length > 0 ? way : way - 1
  return Object.fromEntries(
    present.map((one) => [one.name, sampleOf(checker, checker.getTypeOfSymbol(one), chosen, depth + 1)]),
  )
}
