import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'

/**
 * What has changed lately, told by the server's event stream. One tab of the browser holds the stream and tells the others: a browser has
 * six connections to a server, and a stream in each tab would leave the seventh without any.
 */

export interface Happening {
  topic: string
  /** `id` of the thing that has changed; null: read all of the topic again. */
  id: number | null
}

/** Source is the stream of an application: `name` is that under which its tabs know each other. */
interface Source {
  name: string
  url: string
  /** `misses` are topics that are read again once the stream is there: it tells nothing of what happened before. */
  misses: readonly string[]
}

let channel: BroadcastChannel | undefined
const listeners = new Set<(happening: Happening) => void>()
type State = 'connecting' | 'live' | 'lost'
let state: State = 'connecting'
let since = Date.now()
const watchers = new Set<() => void>()

/** LOST_MS is how long the stream may be away before people are told: a browser that comes back at once has lost nothing. */
const LOST_MS = 5000
let pending: ReturnType<typeof setTimeout> | undefined

function enter(next: State, at = Date.now()): void {
  clearTimeout(pending)
  if (next === state) return
  if (next === 'lost' && Date.now() - at < LOST_MS) {
    pending = setTimeout(() => enter('lost', at), LOST_MS)
    return
  }
  state = next
  since = at
  for (const watcher of watchers) watcher()
}

function tell(happening: Happening): void {
  for (const listener of listeners) listener(happening)
}

function say(next: State): void {
  enter(next)
  channel?.postMessage({ state: next })
}

let isFollowing = false

/** AGAIN_MS is the time before the stream is asked for anew where it was refused; the browser itself asks only where the connection broke. */
const AGAIN_MS = 5000

/** `followEvents` begins to follow, once somebody is signed in: the tab that gets the lock holds the stream until it closes. */
function followEvents(source: Source): void {
  if (isFollowing) return
  isFollowing = true
  channel = new BroadcastChannel(source.name)
  channel.onmessage = ({ data }: MessageEvent<{ state?: State; happening?: Happening }>) => {
    if (data.state) enter(data.state)
    if (data.happening) tell(data.happening)
  }
  void navigator.locks.request(source.name, () => {
    open(source)
    return new Promise<never>(() => {})
  })
}

/** `followTopics` follows what the staff is told of. */
export function followTopics(topics: readonly string[]): void {
  if (topics.length === 0) return
  followEvents({
    ...{ name: 'imeigate-live', url: `/api/operator/events?topics=${topics.join(',')}` },
    misses: topics,
  })
}

/** `followAccount` follows what people of an account are told of: its orders, its money, and what its keys ask for. */
export const followAccount = (): void =>
  followEvents({
    ...{ name: 'imeigate-account', url: '/api/portal/events' },
    misses: ['orders', 'money', 'requests'],
  })

function open(source: Source): void {
  const stream = new EventSource(source.url)
  stream.onopen = () => {
    say('live')
    // Between two streams, of this tab or of two, something may have been missed: by every tab.
    for (const topic of source.misses) {
      tell({ topic, id: null })
      channel?.postMessage({ happening: { topic, id: null } })
    }
  }
  stream.onerror = () => {
    say('lost')
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => open(source), AGAIN_MS)
  }
  stream.addEventListener('change', ({ data }: MessageEvent<string>) => {
    const happening = JSON.parse(data) as Happening
    tell(happening)
    channel?.postMessage({ happening })
  })
  // A page that is left has lost nothing, and must not say so to the others.
  window.addEventListener('pagehide', () => {
    stream.onerror = null
    stream.close()
  })
}

/** `useLive` calls `listener` for each change of a topic while the component stands. */
export function useLive(topics: readonly string[], listener: (happening: Happening) => void): void {
  const wanted = topics.join()
  useEffect(() => {
    const filtered = (happening: Happening) => {
      if (wanted.split(',').includes(happening.topic)) listener(happening)
    }
    listeners.add(filtered)
    return () => void listeners.delete(filtered)
  }, [wanted, listener])
}

/** `useRefreshOn` reads what begins with a query key again when something of a topic changes; with `only` when that one thing does. */
export function useRefreshOn(topics: readonly string[], key: readonly unknown[], only?: number): void {
  const client = useQueryClient()
  const name = JSON.stringify(key)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const listener = ({ topic, id }: Happening) => {
      if (!topics.includes(topic) || (only !== undefined && id !== null && id !== only)) return
      // What changes in one moment is read again once.
      timer ??= setTimeout(() => {
        timer = undefined
        void client.invalidateQueries({ queryKey: JSON.parse(name) as unknown[] })
      }, 300)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      clearTimeout(timer)
    }
  }, [client, name, topics, only])
}

/** POLL_MS is how often what is shown is read again while changes do not arrive by themselves. */
const POLL_MS = 15_000

/** `usePollingWhileLost` reads what is shown again and again for as long as the stream is away, and says since when that is so. */
export function usePollingWhileLost(): number | undefined {
  const client = useQueryClient()
  const now = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => state,
  )
  const isLost = now === 'lost'
  useEffect(() => {
    if (!isLost) return
    // What is made by its question, as plans are, is not made again.
    const readAgain = () =>
      void client.invalidateQueries({ type: 'active', predicate: ({ meta }) => meta?.['isMade'] !== true })
    const timer = setInterval(readAgain, POLL_MS)
    return () => {
      clearInterval(timer)
      // What changed meanwhile was told to nobody.
      readAgain()
    }
  }, [client, isLost])
  return isLost ? since : undefined
}
