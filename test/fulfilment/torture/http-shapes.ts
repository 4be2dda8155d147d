import type { Draw } from './random.ts'
import { echoOf } from './shapes.ts'
import type { Purchase } from './truth.ts'

export type Answer = Record<string, unknown>

export const refusedWith = (draw: Draw, words: string): Answer =>
  draw.one<Answer>([
    { status: 'error', message: words },
    { status: 'failed', error: words },
    { success: false, message: words },
  ])

export const accepted = (draw: Draw, { reference, input }: Purchase): Answer =>
  draw.one<Answer>([
    { status: 'pending', id: reference, ...echoOf(draw, input) },
    { status: 'pending', order_id: Number(reference) },
    { success: true, id: reference },
    { status: 'success', data: { order_id: reference } },
    { status: 'En proceso', id: reference },
  ])
