import { RouterProvider } from '@tanstack/react-router'
import { show } from '../kit/app.tsx'
import { router } from './routes.tsx'

await show(<RouterProvider router={router} />)
