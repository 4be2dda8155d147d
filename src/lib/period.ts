/** A span of time; what is left out does not bound it. */
export interface Period {
  /** From then on. */
  from?: Date | undefined
  /** Before then. */
  to?: Date | undefined
}
