/** PATH is where the contract has the endpoint. */
export const PATH = '/api/dhru'

/** ALIAS_PATHS are the contract's other paths, which redirect where that is safe. */
export const ALIAS_PATHS = ['/api/index.php', '/api/dhru/index.php'] as const

const ALIAS = ALIAS_PATHS[0]

/** BUILT matches what clients make of a base URL that somebody typed into a panel: they put `/api/index.php` behind it, or nothing. */
const BUILT = /^(?:\/.*)?\/index\.php\/?$|^(?:\/(?:api|dhru|public|index\.php))*\/?$/i

/**
 * `endpointUrl` leads a POST to a path that clients build (`/index.php`, `/public/api/index.php`, `/api/dhru/api/index.php`, `/dhru`) to an
 * alias; every other URL stays what it is. The kit's sample URL ends in a slash, so its path arrives as `//api/index.php`.
 */
export function endpointUrl(method: string | undefined, url: string): string {
  if (url === PATH) return url
  const [, path = '', query = ''] = /^([^?]*)(.*)$/s.exec(url) ?? []
  if (!path.startsWith('/')) return url
  const plain = path.replaceAll(/\/{2,}/g, '/')
  const isBuilt = method === 'POST' && BUILT.test(plain) && !isOwn(plain.replace(/\/$/, ''))
  return `${isBuilt ? ALIAS : plain}${query}`
}

const isOwn = (path: string): boolean => path === PATH || ALIAS_PATHS.some((alias) => alias === path)
