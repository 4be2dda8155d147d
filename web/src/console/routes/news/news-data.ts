import { api, dataOf } from '../../../api/client.ts'

export const KEY = ['written news']
export const TOPICS = ['accounts']

export const readNews = async (cursor: string | undefined, signal: AbortSignal) => {
  const query = cursor === undefined ? {} : { cursor }
  return (await dataOf(api.GET('/api/operator/news', { params: { query }, signal }))).page
}

/** Piece is one piece of news. */
export type Piece = Awaited<ReturnType<typeof readNews>>['items'][number]

export const readPiece = (id: number, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/news/{id}', { params: { path: { id } }, signal }))
