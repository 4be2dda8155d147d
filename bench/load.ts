import autocannon, { type Instance, type Result } from 'autocannon'

/** Case is one kind of request, made again and again. */
export interface Case {
  name: string
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  /** `body` gives the n-th body. */
  body: (n: number) => string
}

/** `load` makes requests for some seconds; gives how many were answered. Rejects at the first answer that is an error. */
export async function load(
  one: Case,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<{ requests: number; perSecond: number }> {
  let n = 0
  let failure: string | undefined
  const { pathname, search } = new URL(one.url)
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const options = {
    url: one.url,
    connections,
    duration: seconds,
    requests: [
      {
        method: one.method,
        path: `${pathname}${search}`,
        headers: one.headers,
        setupRequest: (request) => (one.method === 'GET' ? request : { ...request, body: one.body(n++) }),
        onResponse: (status, body) => {
          // A throw in here would end the process, with its servers left behind.
          if (status !== 200 || body.includes('"ERROR"')) {
            failure ??= `${status} ${body.slice(0, 500)}`
            running.stop()
          }
        },
      },
    ],
  } satisfies autocannon.Options
  const running: Instance = autocannon(options, (error: unknown, result: Result) =>
    error ? reject(error) : resolve(result),
  )
  const result = await promise
  if (failure !== undefined) throw new Error(`${one.name}: ${failure}`)
  if (result.errors > 0) throw new Error(`${one.name}: ${result.errors} connections failed`)
  const { total: requests } = result.requests
  return { requests, perSecond: requests / result.duration }
}
