import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { recordName } from '../../src/database/records.ts'
import { sampleOf } from './samples.ts'

/** Column is one property of a row's declared type: its name in the statement, and the kinds of value that it may have. */
export interface Column {
  name: string
  /** `kind` is as `kindOfType` names it; undefined where the type says nothing that could be checked. */
  kind: string | undefined
  nullable: boolean
}

/** RawStatement is one way in which a template of src may be written out, with the row that its caller declares. */
export interface RawStatement {
  /** `where` is the file and line of the template, for the reader of a failure. */
  where: string
  text: string
  /** The kinds of value that the parameters have, as `kindOfType` names them. */
  parameters: (string | undefined)[]
  columns: Column[]
}

/** BuiltCall is a place in src that sends a built statement. */
export interface BuiltCall {
  where: string
  /** The file, and the function of it that builds the statement, with samples of what it takes. */
  file: string
  exported: string
  samples: unknown[][]
  columns: Column[]
}

/** readStatements reads every statement that src writes as a template, and where it sends built ones, from the source text and its types. */
export function readStatements(): { raw: RawStatement[]; built: BuiltCall[] } {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const files = ts.sys.readDirectory(join(root, 'src'), ['.ts'])
  const program = ts.createProgram(files, { ...options, noEmit: true })
  const reader = new Reader(program, root)
  return { raw: reader.read(), built: reader.readBuilt() }
}

type Bindings = ReadonlyMap<ts.Symbol, { expression: ts.Expression; within: Bindings }>
const NOTHING_BOUND: Bindings = new Map()

class Reader {
  readonly #program: ts.Program
  readonly #checker: ts.TypeChecker
  readonly #root: string
  /** `#parts` holds the templates that are a part of others. */
  readonly #parts = new Set<ts.Node>()

  constructor(program: ts.Program, root: string) {
    this.#program = program
    this.#checker = program.getTypeChecker()
    this.#root = root
  }

  #nodes<N extends ts.Node>(isWanted: (node: ts.Node) => node is N): N[] {
    const found: N[] = []
    for (const file of this.#program.getSourceFiles()) {
      if (!file.fileName.startsWith(join(this.#root, 'src/'))) continue
      const visit = (node: ts.Node): void => {
        if (isWanted(node)) found.push(node)
        ts.forEachChild(node, visit)
      }
      visit(file)
    }
    return found
  }

  readBuilt(): BuiltCall[] {
    const isRun = (node: ts.Node): node is ts.CallExpression =>
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === 'run' &&
      this.#isQueryable(node.expression.expression)
    return this.#nodes(isRun).map((call) => {
      let maker: ts.Node = call
      while (!ts.isSourceFile(maker.parent)) maker = maker.parent
      const named = ts.isVariableStatement(maker) ? maker.declarationList.declarations[0] : maker
      const name = named && (ts.isFunctionDeclaration(named) || ts.isVariableDeclaration(named)) && named.name
      const type = name && this.#checker.getTypeAtLocation(name)
      const [signature] = type ? type.getCallSignatures() : []
      if (!name || !ts.isIdentifier(name) || !signature)
        throw new Error(`${this.#where(call)}: sent by no function`)
      const samples = [0, 1, 2, 3].map((way) =>
        signature.parameters.map((one) =>
          sampleOf(this.#checker, this.#checker.getTypeOfSymbolAtLocation(one, call), way),
        ),
      )
      const sent = this.#checker.getAwaitedType(this.#checker.getTypeAtLocation(call))
      const row = sent && this.#checker.getIndexTypeOfType(sent, ts.IndexKind.Number)
      const isResult = /^(Insert|Update|Delete)Result$/.test(row?.symbol?.name ?? '')
      return {
        where: this.#where((call.expression as ts.PropertyAccessExpression).name),
        file: call.getSourceFile().fileName,
        exported: name.text,
        samples,
        columns: row && !isResult ? this.#columnsOfRow(row, call, true) : [],
      }
    })
  }

  read(): RawStatement[] {
    const templates = this.#nodes((node) => this.#isTemplate(node))
    const written = templates.map((template) => ({ template, texts: this.#write(template, NOTHING_BOUND) }))
    return written
      .filter(({ template }) => !this.#parts.has(template))
      .flatMap(({ template, texts }) => {
        const columns = this.#columnsOf(template)
        return texts.map((text) => ({ where: this.#where(template), ...numbered(text), columns }))
      })
  }

  #isTemplate(node: ts.Node): node is ts.TaggedTemplateExpression {
    return ts.isTaggedTemplateExpression(node) && this.#isQueryable(node.tag)
  }

  #isQueryable(node: ts.Expression): boolean {
    const type = this.#checker.getTypeAtLocation(node)
    return type.getCallSignatures().length > 0 && ['unsafe', 'run'].every((name) => type.getProperty(name))
  }

  #isQuery(node: ts.Expression): boolean {
    const type = this.#checker.getTypeAtLocation(node)
    const members = type.isUnion() ? type.types : [type]
    return members.some((member) => member.getProperty('execute') && member.getProperty('records'))
  }

  #where(node: ts.Node): string {
    const file = node.getSourceFile()
    const { line } = file.getLineAndCharacterOfPosition(node.getStart())
    return `${file.fileName.slice(this.#root.length)}:${line + 1}`
  }

  /**
   * Ways to write a template out, among which every way of each of its parts is seen. A parameter is its kind between two NULs, because
   * no statement has one.
   */
  #write(template: ts.TaggedTemplateExpression, bound: Bindings): string[] {
    const { template: literal } = template
    if (ts.isNoSubstitutionTemplateLiteral(literal)) return [literal.text]
    const parts = literal.templateSpans.map(({ expression, literal: rest }) =>
      this.#ways(expression, bound).map((way) => way + rest.text),
    )
    const count = Math.max(...parts.map(({ length }) => length))
    return Array.from(
      { length: count },
      (_, at) => literal.head.text + parts.map((ways) => ways[Math.min(at, ways.length - 1)]).join(''),
    )
  }

  #ways(given: ts.Expression, bound: Bindings): string[] {
    const node = bare(given)
    if (this.#isTemplate(node)) {
      this.#parts.add(node)
      return this.#write(node, bound)
    }
    if (ts.isConditionalExpression(node) && (this.#isQuery(node) || this.#isIdentifierCall(node))) {
      return [...new Set([...this.#ways(node.whenTrue, bound), ...this.#ways(node.whenFalse, bound)])]
    }
    if (this.#isIdentifierCall(node)) return this.#identifiers(node as ts.CallExpression)
    if (!this.#isQuery(node)) {
      const kind = this.#kindOfType(this.#checker.getTypeAtLocation(node))
      return [`\0${kind ?? ''}\0${(kind && CASTS[kind]) ?? ''}`]
    }
    if (ts.isCallExpression(node)) return this.#called(node, bound)
    return this.#resolved(node, bound)
  }

  #isIdentifierCall(node: ts.Expression): boolean {
    return ts.isCallExpression(node) && this.#isQueryable(node.expression)
  }

  #identifiers({ arguments: [name] }: ts.CallExpression): string[] {
    const type = name && this.#checker.getTypeAtLocation(name)
    const types = type?.isUnion() ? type.types : [type]
    return types.map((one) => {
      if (!one?.isStringLiteral())
        throw new Error(`${name && this.#where(name)}: a name that types do not tell`)
      return `"${one.value}"`
    })
  }

  /** `#called` gives what a function returns that makes a part of a statement. */
  #called(call: ts.CallExpression, bound: Bindings): string[] {
    const made = this.#declaration(call.expression)
    const body = made && (ts.isVariableDeclaration(made) ? made.initializer : made)
    if (
      !body ||
      !(ts.isArrowFunction(body) || ts.isFunctionDeclaration(body) || ts.isFunctionExpression(body))
    )
      throw new Error(`${this.#where(call)}: a part that cannot be followed`)
    const inner = new Map<ts.Symbol, { expression: ts.Expression; within: Bindings }>()
    body.parameters.forEach((parameter, at) => {
      const symbol = ts.isIdentifier(parameter.name) && this.#checker.getSymbolAtLocation(parameter.name)
      const expression = call.arguments[at] ?? parameter.initializer
      if (symbol && expression) inner.set(symbol, { expression, within: bound })
    })
    return [...new Set(returned(body).flatMap((expression) => this.#ways(expression, inner)))]
  }

  /** `#resolved` gives what a name stands for, or any of the properties of an object. */
  #resolved(node: ts.Expression, bound: Bindings): string[] {
    if (ts.isElementAccessExpression(node)) {
      const made = this.#declaration(node.expression)
      const object = made && ts.isVariableDeclaration(made) && made.initializer
      if (object && ts.isObjectLiteralExpression(bare(object))) {
        const { properties } = bare(object) as ts.ObjectLiteralExpression
        return properties.flatMap((one) =>
          ts.isPropertyAssignment(one) ? this.#ways(one.initializer, bound) : [],
        )
      }
    }
    const symbol = this.#checker.getSymbolAtLocation(node)
    const given = symbol && bound.get(symbol)
    if (given) return this.#ways(given.expression, given.within)
    const made = this.#declaration(node)
    if (made && ts.isVariableDeclaration(made) && made.initializer) return this.#ways(made.initializer, bound)
    throw new Error(`${this.#where(node)}: a part that cannot be followed`)
  }

  #declaration(node: ts.Expression): ts.Declaration | undefined {
    let symbol = this.#checker.getSymbolAtLocation(node)
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = this.#checker.getAliasedSymbol(symbol)
    return symbol?.declarations?.[0]
  }

  /** `#columnsOf` reads the row that the caller declares: `sql<Row[]>`. */
  #columnsOf(template: ts.TaggedTemplateExpression): Column[] {
    const [declared] = template.typeArguments ?? []
    if (!declared) return []
    const row = this.#checker.getIndexTypeOfType(
      this.#checker.getTypeFromTypeNode(declared),
      ts.IndexKind.Number,
    )
    if (!row) return []
    const access = template.parent
    return this.#columnsOfRow(
      row,
      template,
      ts.isPropertyAccessExpression(access) && access.name.text === 'records',
    )
  }

  #columnsOfRow(row: ts.Type, at: ts.Node, asRecords: boolean): Column[] {
    const members = row.isUnion() ? row.types : [row]
    return members.flatMap((member) =>
      this.#checker.getPropertiesOfType(member).map((property) => {
        const type = this.#checker.getTypeOfSymbolAtLocation(property, at)
        const isId = asRecords && /^id$|Id$/.test(property.name)
        const kind = this.#kindOfType(type)
        return {
          name: asRecords ? snakeCase(property.name) : property.name,
          kind: isId && kind === 'number' ? 'id' : kind,
          nullable: this.#isNullable(type),
        }
      }),
    )
  }

  #isNullable(type: ts.Type): boolean {
    const members = type.isUnion() ? type.types : [type]
    const none = ts.TypeFlags.Null | ts.TypeFlags.Undefined | ts.TypeFlags.Any | ts.TypeFlags.Unknown
    return members.some(({ flags }) => flags & none)
  }

  #kindOfType(type: ts.Type): string | undefined {
    if (type.isUnion()) {
      const kinds = new Set(
        type.types
          .filter(({ flags }) => !(flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)))
          .map((member) => this.#kindOfType(member)),
      )
      return kinds.size === 1 ? [...kinds][0] : undefined
    }
    if (type.isIntersection()) {
      return type.types.map((member) => this.#kindOfType(member)).find((kind) => kind !== undefined)
    }
    if (type.flags & ts.TypeFlags.BigIntLike) return 'bigint'
    if (type.flags & ts.TypeFlags.NumberLike) return 'number'
    if (type.flags & ts.TypeFlags.StringLike) return 'string'
    if (type.flags & ts.TypeFlags.BooleanLike) return 'boolean'
    if (this.#checker.isArrayType(type)) {
      const element = this.#checker.getIndexTypeOfType(type, ts.IndexKind.Number)
      const kind = element && this.#kindOfType(element)
      return kind && `${kind}[]`
    }
    const name = type.symbol?.name
    if (name === 'Date') return 'Date'
    return name === 'Buffer' || name === 'Uint8Array' ? 'bytes' : undefined
  }
}

/** `bare` gives an expression without the brackets and assertions around it. */
function bare(node: ts.Expression): ts.Expression {
  const wrapped =
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isNonNullExpression(node)
  return wrapped ? bare(node.expression) : node
}

/** `returned` gives the expressions that a function returns. */
function returned(body: ts.ArrowFunction | ts.FunctionDeclaration | ts.FunctionExpression): ts.Expression[] {
  if (!body.body) return []
  if (!ts.isBlock(body.body)) return [body.body]
  const found: ts.Expression[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) return
    if (ts.isReturnStatement(node) && node.expression) found.push(node.expression)
    ts.forEachChild(node, visit)
  }
  visit(body.body)
  return found
}

/** CASTS are what the driver writes behind a parameter of a kind. */
const CASTS: Record<string, string> = {
  bigint: '::bigint',
  boolean: '::boolean',
  Date: '::timestamptz',
  bytes: '::bytea',
}

function numbered(text: string): Pick<RawStatement, 'text' | 'parameters'> {
  const parameters: (string | undefined)[] = []
  const written = text.replace(/\0([^\0]*)\0/g, (_, kind: string) => `$${parameters.push(kind || undefined)}`)
  return { text: written, parameters }
}

function snakeCase(name: string): string {
  const column = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return recordName(column) === name ? column : name
}
