import { useLingui } from '@lingui/react/macro'
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { areLettersOff } from './letter-keys.ts'

const KeyDialog = lazy(async () => ({ default: (await import('./key-dialog.tsx')).KeyDialog }))

/**
 * One registry has every key of the pages on screen, so that `?` lists them and two pages cannot want the same one. A plain letter does nothing
 * while something is typed in, moves no money, and can be switched off by the person.
 */

export interface Binding {
  /** `keys` is a key (`j`), a chord (`Ctrl+Enter`) or two keys one after the other (`g o`). */
  keys: string
  what: string
  run: (event: KeyboardEvent) => void
}

const SEQUENCE_MS = 1200

class Registry {
  readonly bindings = new Set<Binding>()
  #first: { key: string; at: number } | undefined

  add(binding: Binding): () => void {
    const other = [...this.bindings].find(({ keys, what }) => keys === binding.keys && what !== binding.what)
    if (other) throw new Error(`two things want the key ${binding.keys}: ${other.what}, and ${binding.what}`)
    this.bindings.add(binding)
    return () => void this.bindings.delete(binding)
  }

  press(event: KeyboardEvent): void {
    const name = nameOf(event)
    const isLetter = !event.ctrlKey && !event.metaKey && event.key.length === 1
    if (isLetter && (isTyping(event) || areLettersOff())) return
    if (isLetter && document.querySelector('[role="dialog"]')) return
    const first = this.#first && event.timeStamp - this.#first.at < SEQUENCE_MS ? this.#first.key : undefined
    this.#first = undefined
    const found = this.#find(first === undefined ? name : `${first} ${name}`) ?? this.#find(name)
    if (found) {
      event.preventDefault()
      found.run(event)
    } else if (isLetter && [...this.bindings].some(({ keys }) => keys.startsWith(`${name} `))) {
      this.#first = { key: name, at: event.timeStamp }
    }
  }

  #find(keys: string): Binding | undefined {
    return [...this.bindings].findLast((binding) => binding.keys === keys)
  }
}

const nameOf = ({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string =>
  [
    ctrlKey || metaKey ? 'Ctrl+' : '',
    shiftKey && /^[a-z]$/i.test(key) ? 'Shift+' : '',
    key.length === 1 ? key.toLowerCase() : key,
  ].join('')

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const Context = createContext(new Registry())

/** `useKeys` has keys of a page while it stands: `useKeys({ j: ['Next', next] })`. */
export function useKeys(
  keys: Readonly<Record<string, readonly [what: string, run: (event: KeyboardEvent) => void]>>,
): void {
  const registry = useContext(Context)
  const latest = useRef(keys)
  latest.current = keys
  const names = JSON.stringify(Object.entries(keys).map(([name, [what]]) => [name, what]))
  useEffect(() => {
    const removals = (JSON.parse(names) as [string, string][]).map(([name, what]) =>
      registry.add({ keys: name, what, run: (event) => latest.current[name]?.[1](event) }),
    )
    return () => {
      for (const remove of removals) remove()
    }
  }, [registry, names])
}

/** `Keys` listens for all of its children, and lists them under `?`. */
export function Keys({ children }: { children: ReactNode }) {
  const registry = useMemo(() => new Registry(), [])
  useEffect(() => {
    const press = (event: KeyboardEvent) => registry.press(event)
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [registry])
  return (
    <Context value={registry}>
      {children}
      <KeyList />
    </Context>
  )
}

function KeyList() {
  const { t } = useLingui()
  const registry = useContext(Context)
  const [isOpen, setOpen] = useState(false)
  /** `wasOpened`: the window stays loaded, so that it gives back the focus when it closes. */
  const [wasOpened, setOpened] = useState(false)
  const open = () => {
    setOpened(true)
    setOpen(true)
  }
  useKeys({ '?': [t`List the keys`, open] })
  if (!wasOpened) return null
  return (
    <Suspense fallback={null}>
      <KeyDialog opened={isOpen} onClose={() => setOpen(false)} bindings={[...registry.bindings]} />
    </Suspense>
  )
}
