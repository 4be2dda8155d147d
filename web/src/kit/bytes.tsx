import styles from './bytes.module.css'

/** `Bytes` shows what was sent or received as it came: a text, whatever is in it. */
export const Bytes = ({ children }: { children: string }) => <pre className={styles.bytes}>{children}</pre>
