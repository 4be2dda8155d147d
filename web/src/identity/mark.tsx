/** `Mark` is a gate with one item passing: two posts, and a bar between them. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <rect x="2" y="3" width="4" height="18" rx="1.5" fill="var(--text)" />
      <rect x="10" y="9" width="4" height="12" rx="1.5" fill="var(--accent)" />
      <rect x="18" y="3" width="4" height="18" rx="1.5" fill="var(--text)" />
    </svg>
  )
}
