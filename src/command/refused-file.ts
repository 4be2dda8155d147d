import { type Fault, Refusal } from '../errors.ts'
import type { Answer } from './output.ts'

/** SHOWN_PROBLEMS is how many problems people are shown; machines get all of them. */
const SHOWN_PROBLEMS = 50

/** `refusedFile` tells of every fault of a file, of which nothing was written. `place` is what a row's place is called. */
export function refusedFile(
  faults: readonly Fault[],
  { place, file }: { place: 'line' | 'index'; file: string },
): Answer {
  const problems = faults.map(({ path: [at, field = null], value = null, message: reason }) => ({
    [place]: at,
    field,
    value,
    reason,
  }))
  const lines = faults
    .slice(0, SHOWN_PROBLEMS)
    .map((fault) => `${place} ${fault.path[0]}: ${faultText(fault)}`)
  if (problems.length > SHOWN_PROBLEMS) lines.push(`and ${problems.length - SHOWN_PROBLEMS} more`)
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return {
    json: { problems },
    text: lines.join('\n'),
    refusal: new Refusal('invalid_input', `${count} in ${file}, nothing was written`, 'file'),
  }
}

function faultText({ path: [, column], value, message }: Fault): string {
  const shown = value !== undefined && !message.includes(value) && JSON.stringify(value)
  return [column, shown, message].filter(Boolean).join(' ')
}
