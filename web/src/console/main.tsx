import '@mantine/notifications/styles.css'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { queries } from '../api/queries.ts'
import { show } from '../kit/app.tsx'
import { learnFaults } from '../kit/faults.ts'
import { router } from './routes.tsx'
import { words } from './words.ts'

await show(
  <QueryClientProvider client={queries}>
    <Notifications position="bottom-right" />
    <RouterProvider router={router} />
  </QueryClientProvider>,
  words,
)
// They are wanted where something is refused, and come behind the page.
await learnFaults()
