import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BrandReader } from '../../brand/shown-brand.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import type { Config } from '../../config.ts'
import { Refusal, Throttled } from '../../errors.ts'
import type { Language } from '../../lib/languages.ts'
import type { PublicStatus, StatusReader } from '../../public-status/public-status.ts'
import type { Presence } from '../../runtime/presence.ts'
import type { SharedResults } from '../../shared-results/shared-results.ts'
import type { ActionThrottle } from '../../throttles/action-throttle.ts'
import { publicPage, sendPublic } from './public-page.ts'
import { languageFor } from './public-words.ts'
import { resultPage } from './result-page.ts'
import { statusPage } from './status-page.ts'

export interface PublicDeps {
  catalogue: Pick<Catalogue, 'getService'>
  publicStatus: Pick<StatusReader, 'read'>
  brand: Pick<BrandReader, 'now'>
  sharedResults: Pick<SharedResults, 'readLink' | 'follow'>
  actionThrottle: Pick<ActionThrottle, 'countLook'>
  presence: Pick<Presence, 'through'>
  config: Pick<Config, 'publicUrl'>
}

/**
 * `publicRoutes` adds the pages that need no sign-in: the start, how services stand, and results that were shared. They are HTML without script.
 * A caller that asks `/` for JSON gets a 404.
 */
export function publicRoutes(scope: FastifyInstance, deps: PublicDeps): void {
  const { brand, catalogue, publicStatus, sharedResults, actionThrottle, presence } = deps
  /** `patiently` reads, and waits while the database is away for a moment. */
  const patiently = <T>(read: () => Promise<T>): Promise<T> => presence.through(read, { isRepeatable: true })
  scope.get('/', async (request, reply) => {
    if (wantsJson(request)) throw new Refusal('not_found')
    // The start must be there while the database is not.
    const status = await publicStatus.read().catch(() => undefined)
    return sendPublic(
      reply,
      200,
      publicPage.start(await brand.now(), status !== undefined, languageFor(request)),
    )
  })
  scope.get('/status', async (request, reply) => {
    const language = languageFor(request)
    const status = await patiently(() => publicStatus.read())
    const shown = await brand.now()
    return status
      ? sendPublic(reply, 200, statusPage(shown, status, language))
      : sendPublic(reply, 404, publicPage.noStatus(shown, language))
  })
  scope.get('/api/public/status', async (_request, reply) => {
    const status = await patiently(() => publicStatus.read())
    if (!status) throw new Refusal('not_found')
    return reply.header('cache-control', 'public, max-age=30').send({ data: wireStatus(status) })
  })
  scope.get<{ Params: { token: string } }>('/r/:token', async (request, reply) => {
    const language = languageFor(request)
    // Nobody finds results by their links in a search engine, or in the history of a shared machine.
    reply.headers({ 'x-robots-tag': 'noindex, nofollow', 'cache-control': 'no-store' })
    try {
      actionThrottle.countLook(request.ip)
    } catch (error) {
      return refuseHurried(reply, error, language)
    }
    const link = await sharedResults.readLink(request.params.token)
    const found = link && (await patiently(() => sharedResults.follow(link)))
    if (!found) return sendPublic(reply, 404, publicPage.noResult(await brand.now(), language))
    const service = await catalogue.getService(found.serviceId)
    const at = deps.config.publicUrl ?? `${request.protocol}://${request.host}`
    const url = `${at}/r/${encodeURIComponent(request.params.token)}`
    return sendPublic(reply, 200, resultPage(await brand.now(), service.name, found, { url, language }))
  })
}

function refuseHurried(reply: FastifyReply, error: unknown, language: Language): FastifyReply {
  if (!(error instanceof Throttled)) throw error
  reply.header('retry-after', String(error.retryAfter))
  return sendPublic(reply, 429, publicPage.tooOften(language))
}

/** `wantsJson` tells a program that asks for JSON from a browser, which asks for HTML. */
const wantsJson = ({ headers: { accept = '' } }: FastifyRequest): boolean =>
  accept.includes('application/json') && !accept.includes('text/html')

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000))

const wireStatus = ({ asOf, groups }: PublicStatus) => ({
  as_of: asOf,
  groups: groups.map(({ name, services }) => ({
    name,
    services: services.map(({ code, name: called, standing, medianMs, slowestMs, lastDoneAt, note }) => ({
      ...{ code, name: called, standing },
      median_seconds: seconds(medianMs),
      slowest_seconds: seconds(slowestMs),
      last_done_at: lastDoneAt,
      note,
    })),
  })),
})
