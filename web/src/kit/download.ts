import { useEffect, useRef, useState } from 'react'
import { ApiFault, api } from '../api/client.ts'

/** KEPT_MS is how long a file that was fetched is kept for the browser, which reads it after the click. */
const KEPT_MS = 60_000

/** `saveAs` has the browser save a file. */
function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS)
}

/** `nameOf` is the name that the server gives a file. */
const nameOf = (response: Response): string =>
  /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'file'

/**
 * `useDownload` fetches files of the operator API, and has the browser save them. What is refused is a `fault`, and no page of JSON in place of this one; where
 * the server wants proof, the person is asked for it first. `download` tells whether the file was saved.
 */
export function useDownload() {
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const leaving = useRef<AbortController>(undefined)
  useEffect(() => () => leaving.current?.abort(), [])
  const download = async (path: string, query: Readonly<Record<string, string>>): Promise<boolean> => {
    leaving.current?.abort()
    leaving.current = new AbortController()
    const { signal } = leaving.current
    setBusy(true)
    setFault(undefined)
    try {
      // Every file of a list is asked for in the same way.
      const asked = api.GET(path as '/api/operator/accounts.csv', {
        params: { query: query as object },
        parseAs: 'blob',
        signal,
      })
      const { data, error, response } = await asked.catch(() => {
        throw new ApiFault(0, {})
      })
      if (data === undefined) throw new ApiFault(response.status, (error ?? {}) as object)
      saveAs(data as Blob, nameOf(response))
      return true
    } catch (error) {
      if (!signal.aborted) setFault(error)
      return false
    } finally {
      if (!signal.aborted) setBusy(false)
    }
  }
  return { download, isBusy, fault }
}
