import { Trans, useLingui } from '@lingui/react/macro'
import { Mark } from '../identity/mark.tsx'
import type { Brand } from './brand.ts'
import styles from './brand-sign.module.css'

/** `BrandSign` is the shop's logo with its name; without a logo the program's mark stands there. */
export function BrandSign({ brand: { name, logo }, size = 24 }: { brand: Brand; size?: number }) {
  return (
    <span className={styles.sign}>
      {logo === null ? <Mark size={size} /> : <img className={styles.logo} src={logo} alt="" />}
      <span className={styles.name}>{name}</span>
    </span>
  )
}

/** `BrandFoot` says where the shop is reached, and what its pages run on. */
export function BrandFoot({ brand: { name, contacts, says_program } }: { brand: Brand }) {
  const { t } = useLingui()
  if (contacts.length === 0 && !says_program) return null
  return (
    <div className={styles.foot}>
      {contacts.length > 0 && (
        <ul aria-label={t`Where ${name} is reached`}>
          {contacts.map(({ kind, text, url }) => (
            <li key={kind}>
              <a href={url} target="_blank" rel="noreferrer">
                {text}
              </a>
            </li>
          ))}
        </ul>
      )}
      {says_program && (
        <p>
          <Trans>runs on imeigate</Trans>
        </p>
      )}
    </div>
  )
}
