import type { Template } from '../template.ts'
import { jsonAnswer } from './json-answer.ts'

export const instantPost = {
  name: 'instant-post',
  description:
    'POST {"service": .., "imei": ..} to <url> with a bearer key, answered at once with {"status": "success", "result": ..}',
  request: {
    method: 'POST',
    url: '{url}',
    headers: { authorization: 'Bearer {key}', accept: 'application/json' },
    body: { json: { service: '{service}', imei: '{imei}' } },
  },
  answer: jsonAnswer(['result', 'response', 'properties', 'object', 'data']),
} satisfies Template
