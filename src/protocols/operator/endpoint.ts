import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors.ts'
import { peopleApi } from '../kit/people-endpoint.ts'
import { admit, refuseFurther } from './caller.ts'
import type { OperatorDeps } from './deps.ts'
import { document } from './document.ts'
import { PREFIX, type Route } from './route.ts'
import { routesOf } from './routes.ts'

export interface OperatorSettings {
  bodyLimit: number
  /** `version` is the one that the document names. */
  version: string
}

/** `operatorApi` adds the API of the people who run the installation, and of their programs. */
export function operatorApi(
  app: FastifyInstance,
  given: Omit<OperatorDeps, 'closing'>,
  { bodyLimit, version }: OperatorSettings,
): void {
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())
  const deps: OperatorDeps = { ...given, closing: closing.signal }
  const longWork = new LongWork()
  peopleApi(app, deps, {
    ...{
      via: 'operator',
      prefix: PREFIX,
      bodyLimit,
      routes: routesOf(deps).map((route) => longWork.guarded(route)),
    },
    document: (scope) => document(scope, version),
    admit: async (request, { access, isExport }) => {
      const caller = await admit(deps, request, access)
      if (isExport && caller) await deps.throttle.countExport(caller.actor)
      return caller
    },
    refuseFurther: (caller, { further = [] }, body) => refuseFurther(caller, further, body),
  })
}

/** MAX_LONG is how much of what takes long one process does at a time for the operator: see the pool `operatorWork`. */
const MAX_LONG = 2

/** LongWork refuses what takes long while there is enough of it. */
class LongWork {
  #underWay = 0

  /** `guarded` gives a route that is counted while it is at work. */
  guarded(route: Route): Route {
    if (!route.isLong) return route
    return {
      ...route,
      handle: async (call) => {
        if (this.#underWay >= MAX_LONG)
          throw new Refusal(
            'conflict',
            `${MAX_LONG} things that take long are under way: ask again when one has ended`,
          )
        this.#underWay += 1
        try {
          return await route.handle(call)
        } finally {
          this.#underWay -= 1
        }
      },
    }
  }
}
