import { api, dataOf } from '../api/client.ts'

/** MAKING_FIRST is the hash of the list of resellers where the first one is to be made: its form is open. */
export const MAKING_FIRST = 'new'

/** `firstStepsQuery` reads which steps to the first order are done in a new shop; once all are, nothing of it is asked again. */
export const firstStepsQuery = {
  queryKey: ['first-steps'],
  queryFn: ({ signal }: { signal: AbortSignal }) => dataOf(api.GET('/api/operator/first-steps', { signal })),
  staleTime: ({ state }: { state: { data: FirstSteps | undefined } }) =>
    state.data && isOver(state.data) ? Number.POSITIVE_INFINITY : 0,
}

export type FirstSteps = {
  steps: { step: string; done: boolean }[]
  username: string | null
  currency: string | null
  can_practise: boolean
}

/** `isOver`: the first order is done, or all of the steps are. */
export const isOver = ({ steps }: FirstSteps): boolean =>
  steps.some(({ step, done }) => step === 'order' && done) || steps.every(({ done }) => done)
