import type { ReactNode } from 'react'

/** Icons are drawn on 20 units with a line of 1.5, in the colour of the text around them. */
const drawn = {
  today: <path d="M3 16V9m4.7 7V5m4.6 11v-5M17 16V3" />,
  inbox: <path d="m3 11 2.4-6.5h9.2L17 11v5H3zm0 0h4.2l1 2h3.6l1-2H17" />,
  orders: <path d="M4 5h12M4 10h12M4 15h7" />,
  resellers: (
    <path d="M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 16.5c.4-3 2.300-4.500 5-4.500s4.600 1.500 5 4.500M13 4a2.700 2.700 0 0 1 0 5.200M14.500 12.200c1.700.500 2.700 1.900 3 4.300" />
  ),
  money: (
    <path d="M2.500 5h15v10h-15zM10 12.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400zM5 7.500v5M15 7.500v5" />
  ),
  prices: <path d="M10.500 3H17v6.500L9.500 17 3 10.500zM13.600 6.400v.01" />,
  catalogue: <path d="M3.500 4.500h5v5h-5zm8 0h5v5h-5zm-8 7h5v5h-5zm8 0h5v5h-5z" />,
  suppliers: <path d="M3 16V8l5 3V8l5 3V4h4v12z" />,
  reports: <path d="M3 3v14h14M6.500 12.500l3-3.500 2.500 2L16.500 6" />,
  settings: (
    <path d="M3 6h8m4 0h2M3 14h2m4 0h8M13 8.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400zM7 16.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400z" />
  ),
  key: (
    <path d="M7 13.500a3.500 3.500 0 1 1 3.200-4.900H17v3h-2v-1.500h-4.800A3.500 3.500 0 0 1 7 13.500zM7 10v.01" />
  ),
  requests: (
    <path d="M4 5h8M4 10h6M4 15h5M14 17.500a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600zm2-1 1.800 1.800" />
  ),
  find: <path d="M9 14.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11zm4-1.500 4 4" />,
  person: (
    <path d="M10 10a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400zM3.500 17c.5-3.300 3-5 6.500-5s6 1.700 6.500 5" />
  ),
  filter: <path d="M3 5h14M6 10h8M8.5 15h3" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  more: <path d="M4 10h.01M10 10h.01M16 10h.01" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof drawn

/** `Icon` is decoration: words stand beside it. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.5 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {drawn[name]}
    </svg>
  )
}
