import type { MessageDescriptor } from '@lingui/core'
import { useLingui } from '@lingui/react/macro'
import { Pill, PillsInput, Popover } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { TextInput } from './inputs.tsx'
import styles from './pick.module.css'

/** Offer is one thing that can be chosen. */
export interface Offer {
  /** `value` is what the API is told: a user name, a code, a name. */
  value: string
  /** `name` stands before it, where it is another one. */
  name: string
  /** `isWhole`: what was typed is all of its value, name or id. */
  isWhole: boolean
}

/** Source is where things that can be chosen come from. */
export interface Source {
  /** `key` names it among the answers that are kept. */
  key: readonly unknown[]
  /** `none` says that nothing has what was typed. */
  none: MessageDescriptor
  /** `isFew`: all of them are offered before anything is typed. */
  isFew?: boolean
  /** `isOff`: nothing may be asked for; what is typed counts as it is. */
  isOff?: boolean
  read: (text: string, signal: AbortSignal) => Promise<readonly Offer[]>
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** NONE is a new list for nobody, so that it is the same one each time. */
const NONE: readonly Offer[] = []

/** `useOffers` asks for what fits a text once it has stayed the same for a moment. `isReady`: `offers` are those of the text as it is now. */
function useOffers(from: Source, typed: string, isOpen: boolean) {
  const wanted = typed.trim()
  const [text] = useDebouncedValue(wanted, 150)
  const isAsked = isOpen && from.isOff !== true && (wanted !== '' || from.isFew === true)
  const found = useQuery({
    queryKey: ['offers', ...from.key, text],
    queryFn: ({ signal }) => from.read(text, signal),
    enabled: isAsked && text === wanted,
    staleTime: 30_000,
    retry: false,
    placeholderData: keepPreviousData,
  })
  const isSettled = text === wanted && !found.isFetching && !found.isPlaceholderData
  return {
    isAsked,
    isReady: !isAsked || (isSettled && (found.isSuccess || found.isError)),
    offers: (isAsked && !found.isError && found.data) || NONE,
    isNone: isAsked && wanted !== '' && isSettled && found.data?.length === 0,
  }
}

/**
 * `usePicker` is a combobox with a list, as WAI-ARIA has it: arrows go through the list, Enter takes what is marked, Escape closes it. What is typed and names
 * one whole is not replaced by Enter. `take` is told of what is chosen, `leave` of what is typed whole when the field is
 * left, or that nothing was found.
 *
 * Mantine's Combobox marks an option in the DOM and tells `aria-activedescendant` only after an arrow. Here the first one is marked as soon as the answer comes, and
 * a screen reader must hear of that: on Mantine's this is no shorter, because marking, Enter and Escape remain ours.
 */
function usePicker({
  from,
  text,
  isSeveral = false,
  take,
  leave,
}: {
  from: Source
  isSeveral?: boolean
  text: string
  take: (offer: Offer) => void
  leave: (whole: Offer | undefined, isNone: boolean) => void
}) {
  const { t, i18n } = useLingui()
  const list = useId()
  const [isOpen, setOpen] = useState(false)
  const [moved, setMoved] = useState<number>()
  /** `waiting` is the field in which Enter was pressed before the answer was there. */
  const [waiting, setWaiting] = useState<HTMLInputElement>()
  const { isAsked, isReady, offers, isNone } = useOffers(from, text, isOpen)
  const typed = text.trim()
  /** `named` is what is typed whole, as it is told to the API. */
  const named = offers.find(({ value }) => same(value, typed))
  const active = moved ?? (typed === '' || named || !isReady ? -1 : 0)
  // What is typed whole, and is all that fits, needs no list: it may lie over what is pressed next.
  const isShown = isOpen && offers.length > (named ? 1 : 0)
  const marked = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is marked then.
  useEffect(() => {
    marked.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  const show = (isWanted: boolean) => {
    setOpen(isWanted)
    setMoved(undefined)
    setWaiting(undefined)
  }
  const begin = () => show(true)
  const close = () => show(false)
  const choose = (offer: Offer) => {
    close()
    take(offer)
  }
  // Enter that came before the answer takes what the answer has; where that is what was typed, the form around gets it, too.
  useEffect(() => {
    if (!waiting || !isReady) return
    setWaiting(undefined)
    const offer = named ?? offers[0]
    if (offer) choose(offer)
    if (offer?.value === typed && !isSeveral)
      waiting.form?.querySelector<HTMLButtonElement>('[type=submit]')?.click()
  })
  const move = (by: 1 | -1) => {
    if (!isOpen) return begin()
    if (offers.length > 0)
      setMoved((active + by + offers.length + (active < 0 && by < 0 ? 1 : 0)) % offers.length)
  }
  /** `press` is told of each key; true: it was used here. */
  const press = (event: KeyboardEvent<HTMLInputElement>): boolean => {
    const { key, nativeEvent } = event
    if (nativeEvent.isComposing) return false
    const offer = isShown ? offers[active] : undefined
    if (key === 'ArrowDown') move(1)
    else if (key === 'ArrowUp') move(-1)
    else if (key === 'Enter' && isOpen && isAsked && !isReady) setWaiting(event.currentTarget)
    else if (key === 'Enter' && offer) choose(offer)
    else if (key === 'Enter' && isOpen && named) {
      choose(named)
      // The form around gets the key, too, where there is nothing more to type.
      if (!isSeveral) return true
    } else if (key === 'Escape' && isOpen && (isShown || isNone)) close()
    else return false
    event.preventDefault()
    return true
  }
  const input = {
    ...{ role: 'combobox', autoComplete: 'off', autoCapitalize: 'none', spellCheck: false },
    ...{
      'aria-expanded': isShown,
      'aria-autocomplete': 'list' as const,
      'aria-haspopup': 'listbox' as const,
    },
    ...(isShown && { 'aria-controls': list }),
    ...(isShown && offers[active] && { 'aria-activedescendant': `${list}-${active}` }),
    // Escape closes the list, and not the window around.
    ...((isShown || isNone) && isOpen && { 'data-mantine-stop-propagation': true }),
    onClick: () => setOpen(true),
    onBlur: () => {
      const whole = isReady ? offers.filter(({ isWhole }) => isWhole) : []
      close()
      leave(named ?? (whole.length === 1 ? whole[0] : undefined), isOpen && isNone)
    },
  }
  const dropdown = (
    <Popover.Dropdown p={4}>
      {isShown ? (
        <div id={list} role="listbox" aria-label={t`What was found`} className={styles.list}>
          {offers.map((offer, place) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are those of the field.
            <div
              key={offer.value}
              id={`${list}-${place}`}
              ref={place === active ? marked : undefined}
              role="option"
              tabIndex={-1}
              aria-selected={place === active}
              className={styles.offer}
              // The field keeps the focus.
              onMouseDown={(event) => event.preventDefault()}
              onMouseMove={() => setMoved(place)}
              onClick={() => choose(offer)}
            >
              <span className={styles.name}>{offer.name}</span>
              {offer.name !== offer.value && <span className={`code ${styles.value}`}>{offer.value}</span>}
            </div>
          ))}
        </div>
      ) : (
        <p className={styles.none}>{i18n._(from.none)}</p>
      )}
    </Popover.Dropdown>
  )
  return {
    ...{ begin, press, input, isReady: isReady || !isOpen },
    /** `around` has the field, with its list below. */
    around: (field: ReactNode) => (
      <>
        <Popover
          opened={isShown || (isOpen && isNone)}
          width="target"
          position="bottom-start"
          offset={4}
          // Within the landmark, or the window, that the field is in.
          withinPortal={false}
          withRoles={false}
          trapFocus={false}
          returnFocus={false}
          closeOnEscape={false}
          shadow="md"
        >
          <Popover.Target>{field}</Popover.Target>
          {dropdown}
        </Popover>
        <span role="status" className="visually-hidden">
          {isOpen && isNone && i18n._(from.none)}
        </span>
      </>
    ),
  }
}

interface OwnProps {
  from: Source
  label: string
  description?: ReactNode
  placeholder?: string | undefined
}

/** `PickOne` names one thing: what is typed is looked for, and what was found can be taken. `value` is also what is typed and names nothing yet. */
export function PickOne({
  from,
  value,
  onChange,
  onPick,
  ...given
}: OwnProps & {
  /** `field` is the value's name in the API, within AtFields. */
  field?: string
  value: string
  onChange: (value: string) => void
  /** `onPick` is told, after `onChange`, of what was taken from the list, or was typed whole. */
  onPick?: (value: string) => void
  required?: boolean
  w?: { base: string | number; sm: number }
  'data-autofocus'?: boolean
}) {
  const { i18n } = useLingui()
  /** `told` is what `onPick` knows already. */
  const told = useRef<string | undefined>(value)
  const take = (offer: Offer | undefined) => {
    if (!offer) return
    onChange(offer.value)
    if (offer.value !== told.current) onPick?.(offer.value)
    told.current = offer.value
  }
  const [isNone, setNone] = useState(false)
  const picker = usePicker({
    ...{ from, text: value, take },
    leave: (whole, none) => {
      setNone(none)
      take(whole)
    },
  })
  return picker.around(
    <TextInput
      {...given}
      {...picker.input}
      {...(isNone && { error: i18n._(from.none) })}
      value={value}
      maxLength={255}
      onChange={({ currentTarget }) => {
        setNone(false)
        told.current = undefined
        onChange(currentTarget.value)
        picker.begin()
      }}
      onKeyDown={picker.press}
    />,
  )
}

/** `PickSeveral` names several things, each a pill. What is typed becomes one by Enter, a comma, or when the field is left. */
export function PickSeveral({
  from,
  value,
  onChange,
  placeholder,
  ...given
}: OwnProps & { value: readonly string[]; onChange: (value: string[]) => void }) {
  const [text, setText] = useState('')
  const add = (names: readonly string[]) => {
    const known = new Set(value.map((one) => one.trim()))
    const fresh = names.map((name) => name.trim()).filter((name) => name !== '' && !known.has(name))
    setText('')
    if (fresh.length > 0) onChange([...value, ...new Set(fresh)])
  }
  const picker = usePicker({
    ...{ from, text, isSeveral: true },
    take: (offer) => add([offer.value]),
    leave: (whole) => add([whole?.value ?? text]),
  })
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (picker.press(event)) return
    if (event.key === 'Enter' && text.trim() !== '') {
      event.preventDefault()
      add([text])
    } else if (event.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1))
  }
  return picker.around(
    <PillsInput {...given}>
      <Pill.Group>
        {value.map((one, place) => (
          <Pill
            // biome-ignore lint/suspicious/noArrayIndexKey: a name may come twice with a link.
            key={`${one} ${place}`}
            withRemoveButton
            onRemove={() => onChange(value.filter((_, other) => other !== place))}
          >
            {one.trim()}
          </Pill>
        ))}
        <PillsInput.Field
          {...picker.input}
          placeholder={value.length === 0 ? placeholder : undefined}
          value={text}
          onChange={({ currentTarget: { value: typed } }) => {
            const parts = typed.split(/[,\n]/)
            if (parts.length > 1) add(parts.slice(0, -1))
            setText(parts.at(-1) ?? '')
            picker.begin()
          }}
          onKeyDown={press}
        />
      </Pill.Group>
    </PillsInput>,
  )
}
