/**
 * SAFE_HEADERS stand in every answer: what is sent is what its content type says, and is kept by nobody on the way, since it is about
 * somebody's orders and money. A route that says otherwise says it itself. HTML has a Content-Security-Policy where it is made.
 */
export const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const
