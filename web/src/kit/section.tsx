import { type ReactNode, useId } from 'react'
import styles from './section.module.css'

/** `Section` is a part of a page with its heading: what it is about stands below that, and what may be done beside it. */
export function Section({
  title,
  about,
  actions,
  children,
}: {
  title: ReactNode
  about?: ReactNode
  actions?: ReactNode
  children?: ReactNode
}) {
  const id = useId()
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div className={styles.head}>
        <h2 id={id}>{title}</h2>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {about && <p className={styles.about}>{about}</p>}
      {children}
    </section>
  )
}

/** `Sections` are the parts of a page, one below the other. */
export const Sections = ({ children }: { children: ReactNode }) => (
  <div className={styles.sections}>{children}</div>
)

/** `Facts` are values with what each is called, one a line. One whose value is undefined is left out. */
export const Facts = ({ of }: { of: readonly (readonly [name: ReactNode, value: ReactNode])[] }) => (
  <dl className={styles.facts}>
    {of
      .filter(([, value]) => value !== undefined)
      .map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a page do not change their places
        <div key={index}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
)
