import type { Draw } from './random.ts'
import { echoOf } from './shapes.ts'
import type { Purchase } from './truth.ts'

export type Answer = Record<string, unknown>

export const refusedWith = (draw: Draw, words: string): Answer =>
  draw.one<Answer>([
    { status: 'error', message: words },
    { status: 'failed', error: words },
    { success: false, message: words },
    { error: words },
    { success: false, error: { message: words } },
  ])

export const accepted = (draw: Draw, { reference, input }: Purchase): Answer =>
  draw.one<Answer>([
    { status: 'pending', id: reference, ...echoOf(draw, input) },
    { status: 'pending', order_id: Number(reference) },
    { success: true, id: reference },
    { status: 'success', data: { order_id: reference } },
    { status: 'En proceso', id: reference },
    { success: true, data: { id: reference, status: 'pending' } },
    { Status: 'Pending', Order_ID: reference },
  ])

/** `stateOf` says what became of an order: at the top, or in the data of a question that went well. */
export const stateOf = (draw: Draw, state: string, more: Answer): Answer =>
  draw.chance(0.7) ? { status: state, ...more } : { success: true, data: { status: state, ...more } }

/** `noSuccess` says success, and beside it that it is none. */
export const noSuccess = (draw: Draw): Answer =>
  draw.one<Answer>([
    { status: 'success', success: false, result: 'Code: 1234' },
    { status: 'success', error: 'Invalid IMEI', result: 'Code: 1234' },
    { status: 'success', result: 'Error: try another service' },
    { status: 'success', result: { error: 'Invalid IMEI' } },
    { success: true, result: 'null' },
    { success: true, data: { success: false, result: 'Code: 1234' } },
  ])
