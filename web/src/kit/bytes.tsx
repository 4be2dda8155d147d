import styles from './bytes.module.css'

/** Bytes shows what was sent or received, as it came; what is long scrolls, with the keyboard too. */
export const Bytes = ({ children }: { children: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
  <pre className={styles.bytes} tabIndex={0}>
    {children}
  </pre>
)
