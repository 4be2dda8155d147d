import { useLingui } from '@lingui/react/macro'
import { Fragment } from 'react'
import styles from './news-item.module.css'
import { Badge } from './state-badge.tsx'
import { When } from './when.tsx'

/** ADDRESS is a web address in a text; what ends a sentence behind it does not belong to it. */
const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])/

/** `LinkedText` is a plain text whose web addresses are links. */
function LinkedText({ text }: { text: string }) {
  return (
    <p className={styles.text}>
      {text.split(ADDRESS).map((part, at) =>
        // The addresses are every other part.
        at % 2 === 1 ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not change their places
          <a key={at} href={part} target="_blank" rel="noopener noreferrer">
            {part}
          </a>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <Fragment key={at}>{part}</Fragment>
        ),
      )}
    </p>
  )
}

/** `NewsItem` is one piece of news as resellers read it. */
export function NewsItem({
  title,
  body,
  at,
  pinned,
  isNew = false,
}: {
  title: string
  body: string
  at: string
  pinned: boolean
  isNew?: boolean
}) {
  const { t } = useLingui()
  return (
    <article className={isNew ? `${styles.item} ${styles.unread}` : styles.item}>
      <div className={styles.head}>
        <h2>{title}</h2>
        {isNew && <Badge tone="working">{t`New`}</Badge>}
        {pinned && <Badge tone="off">{t`Pinned`}</Badge>}
        <span className="muted">
          <When at={at} />
        </span>
      </div>
      <LinkedText text={body} />
    </article>
  )
}
