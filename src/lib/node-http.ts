/**
 * `http` is node:http. A module that imports it reads all that it exports, of which WebSocket loads another HTTP client: 40 ms of
 * processor time at each start, for nothing.
 */
export const http: typeof import('node:http') = process.getBuiltinModule('node:http')
