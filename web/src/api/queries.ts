import { QueryClient } from '@tanstack/react-query'
import { ApiFault } from './client.ts'

/** `queries` keeps what was read, for all pages. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // What was refused is refused again; what got no answer may get one.
      retry: (failures, error) =>
        failures < 2 && error instanceof ApiFault && (error.status === 0 || error.status >= 500),
    },
  },
})
