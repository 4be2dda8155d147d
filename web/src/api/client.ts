import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './made/operator.ts'

/**
 * The operator API, typed by its OpenAPI document, and what asking any API of the server has in common. `dataOf(api.GET('/api/operator/orders', ...))` gives `data` of the answer, and throws an
 * ApiFault where it was refused. What changes something carries the CSRF token and an `Idempotency-Key`: a dialog that moves money gives one
 * that it made when it opened, so that a second press is the same request.
 */

type ErrorBody = components['schemas']['OperatorError']
export type Problem = ErrorBody['problems'][number]

/** ApiFault is an answer that is no success, or none at all (`status` 0). */
export class ApiFault extends Error {
  readonly status: number
  readonly code: string
  readonly problems: Problem[]
  readonly traceId: string | undefined
  /** `mayHaveBeenDone`: something of the request may have been done. Only a server that was reached can say that nothing was. */
  readonly mayHaveBeenDone: boolean
  constructor(status: number, body: Partial<ErrorBody>) {
    super(body.message ?? 'The server gave no answer.')
    this.status = status
    this.code = body.code ?? (status === 0 ? 'NO_ANSWER' : `HTTP_${status}`)
    this.problems = onePerField(body.problems ?? [])
    this.traceId = body.traceId
    this.mayHaveBeenDone = body.mayHaveBeenDone ?? (status === 0 || status >= 500)
  }
}

/**
 * `onePerField` leaves one problem of each value. Where a value may have one of several forms the server says what is wrong by each of them, and that none fits: the form of
 * a day says most, since pages write days; that it is not null says nothing.
 */
function onePerField(problems: readonly Problem[]): Problem[] {
  const byField = Map.groupBy(problems, ({ field }) => field)
  return [...byField.values()].map((all) => {
    const plain = all.filter(
      ({ code, params }) => !['anyOf', 'oneOf'].includes(code) && params['type'] !== 'null',
    )
    return (plain.find(({ params }) => params['format'] === 'date') ?? plain[0] ?? all[0]) as Problem
  })
}

let csrf: string | undefined
/** `keepCsrf` takes the token of the latest answer about the sign-in. */
export const keepCsrf = (token: string | undefined): void => {
  csrf = token
}

/** Proof asks the person to prove again who it is; false: it did not want to. `SignedOut` is told that nobody is signed in any more. */
type Proof = () => Promise<boolean>
let prove: Proof = async () => false
let signedOut: () => void = () => {}
export const onProof = (ask: Proof): void => {
  prove = ask
}
export const onSignedOut = (tell: () => void): void => {
  signedOut = tell
}

/**
 * Return brings back the person whose sign-in has ended, or has another token by now, over the page that was left; false: there is no such page. With `isChange` a change was
 * refused, which is sent again afterwards.
 */
type Return = (isChange: boolean) => Promise<boolean>
const nobody: Return = async () => false
let comeBack = nobody
/** `onReturn` gives what ends it. */
export const onReturn = (ask: Return): (() => void) => {
  comeBack = ask
  return () => {
    comeBack = nobody
  }
}

/** ENTERING are the requests by which somebody signs in. */
const ENTERING = /\/session(\/second-factor|\/passkey(\/offer)?)?$/
/** OTHER_SIGN_IN are refusals of a request that another sign-in may make: there is none any more, or its token is not the one that was sent. */
const OTHER_SIGN_IN = ['SESSION_EXPIRED_ERROR', 'CSRF_ERROR']

const isChange = ({ method }: Request): boolean => method !== 'GET' && method !== 'HEAD'

function withHeaders(request: Request): Request {
  if (!isChange(request)) return request
  if (csrf !== undefined) request.headers.set('x-csrf-token', csrf)
  if (!request.headers.has('idempotency-key')) request.headers.set('idempotency-key', crypto.randomUUID())
  return request
}

/** `copies` has each request as it can be sent once more: its body is read when it is sent. */
const copies = new WeakMap<Request, Request>()

/** `sendAgain` sends a request once more, under the same key. */
const sendAgain = (request: Request): Promise<Response> =>
  fetch(withHeaders(copies.get(request)?.clone() ?? request))

const codeOf = async (response: Response): Promise<string | undefined> => {
  if (response.ok) return undefined
  const body = (await response
    .clone()
    .json()
    .catch(() => ({}))) as Partial<ErrorBody>
  return body.code
}

const conventions: Middleware = {
  onRequest({ request }) {
    const headed = withHeaders(request)
    if (isChange(headed)) copies.set(headed, headed.clone())
    return headed
  },
  async onResponse({ request, response }) {
    let latest = response
    let code = await codeOf(latest)
    const { method, url } = request
    const isEntering = method === 'POST' && ENTERING.test(new URL(url).pathname)
    const isLeaving = method === 'DELETE' && ENTERING.test(new URL(url).pathname)
    if (code !== undefined && OTHER_SIGN_IN.includes(code) && !isEntering) {
      if (!isLeaving && (await comeBack(isChange(request)))) {
        latest = await sendAgain(request)
        code = await codeOf(latest)
      } else if (code === 'SESSION_EXPIRED_ERROR') signedOut()
    }
    if (code === 'STEP_UP_REQUIRED_ERROR' && (await prove())) return await sendAgain(request)
    return latest
  },
}

/** `clientOf` asks an API of the server by the cookie. `reading` is done with the answer that counts, also with that of a request which was sent again. */
export function clientOf<Paths extends {}>(...reading: Middleware[]) {
  const client = createClient<Paths>({ baseUrl: window.location.origin, credentials: 'same-origin' })
  // The last of these sees an answer first.
  client.use(...reading, conventions)
  return client
}

export const api = clientOf<paths>()

interface Answered {
  data?: unknown
  error?: unknown
  response: Response
}

/** `answerOf` waits for an answer and gives it. Throws an ApiFault. */
export async function answerOf<A extends Answered>(asked: Promise<A>): Promise<NonNullable<A['data']>> {
  const { data, error, response } = await asked.catch((cause: unknown) => {
    if ((cause as Error).name === 'AbortError') throw cause
    throw new ApiFault(0, {})
  })
  if (data === undefined) throw new ApiFault(response.status, (error ?? {}) as Partial<ErrorBody>)
  return data as NonNullable<A['data']>
}

interface WithData extends Answered {
  data?: { data: unknown } | undefined
}

/** `dataOf` waits for an answer and gives its `data`. Throws an ApiFault. */
export const dataOf = async <A extends WithData>(
  asked: Promise<A>,
): Promise<NonNullable<A['data']>['data']> => (await answerOf(asked)).data
