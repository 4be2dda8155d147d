/** Period is a span of time; what is left out does not bound it. */
export interface Period {
  /** `from` is its first instant. */
  from?: Date | undefined
  /** `to` is the first instant behind it. */
  to?: Date | undefined
}
