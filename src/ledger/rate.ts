/** Rate says what one unit of `base` is worth in `quote`, from a moment on until a newer rate holds. */
export interface Rate {
  base: string
  quote: string
  /** `rate` is a decimal such as "16250" or "0.92", with at most 12 digits on either side of the point. */
  rate: string
  validFrom: Date
  actor: string
}
