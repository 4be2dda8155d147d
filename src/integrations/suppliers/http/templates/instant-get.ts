import type { Template } from '../template.ts'
import { jsonAnswer } from './json-answer.ts'

export const instantGet = {
  name: 'instant-get',
  description:
    'GET <url>?service=..&imei=..&key=.., answered at once with {"status": "success", "result": ..}',
  request: {
    method: 'GET',
    url: '{url}',
    query: { service: '{service}', imei: '{imei}', key: '{key}' },
    headers: { accept: 'application/json' },
  },
  answer: jsonAnswer(['result', 'response', 'properties', 'object', 'data']),
} satisfies Template
