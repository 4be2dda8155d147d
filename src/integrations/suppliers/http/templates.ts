import type { Rule, Template, TemplateAnswer } from './template.ts'

/** `successes`, `failures` and `waits` are what servers of all styles write when they say how it went. */
const successes = ['success', 'successful', 'ok', 'completed', 'done', 'true', '1', '200']
const failures = ['error', 'failed', 'failure', 'fail', 'rejected', 'refused', 'false', '0']
const waits = ['pending', 'processing', 'queued', 'in process', 'in progress', 'waiting', 'accepted']

/** `reasons` are the places where a failure is explained. */
const reasons = ['message', 'error_message', 'error', 'reason', 'result', 'response']

/** `succeeded` finds answers that say that it went well; `failed` those that say that it did not. */
const succeeded: Rule[] = [
  { path: 'status', in: successes },
  { path: 'success', in: ['true', '1'] },
]
const failed: Rule[] = [
  { path: 'status', in: failures },
  { path: 'success', in: ['false', '0'] },
]

/**
 * `jsonAnswer` reads `{"status": "success", "result": ...}` or `{"status": "error", "message": ...}`, with the usual other words for them.
 * Success needs a result, at one of these paths.
 */
const jsonAnswer = (results: string[]) =>
  ({
    format: 'json',
    success: succeeded.flatMap((rule) => results.map((path) => ({ all: [rule, { path, exists: true }] }))),
    refused: failed,
    judged: true,
    state: 'status',
    result: results,
    reason: reasons,
  }) satisfies TemplateAnswer

/** `noResultText` finds what is no result at the beginning of an answer: it is a refusal, or a page that somebody else sent. */
const noResultText =
  '^(?:<|error|fail|reject|refuse|invalid|wrong|unknown|unauthori|insufficient|not |no |missing|too many)'
const failedText = '^(?:error|fail(?:ed|ure)?|reject(?:ed)?|refused)\\b'
/** `twoLines` finds two lines of `label: value`, ended as text or as HTML. */
const twoLines = '^[^:<\\n]{1,60}:[^\\n<]*(?:\\n|<br ?/?>)\\s*[^:<\\n]{1,60}:'

const instantGetText = {
  name: 'instant-get-text',
  description:
    'GET <url>?service=..&imei=..&key=.., answered at once with lines of "label: value" that name the input, or with ERROR and a reason',
  request: {
    method: 'GET',
    url: '{url}',
    query: { service: '{service}', imei: '{imei}', key: '{key}' },
  },
  answer: {
    format: 'text',
    success: [
      {
        all: [
          { path: '$text', matches_not: noResultText },
          { path: '$text', matches: twoLines },
          { path: '$text', contains: '{imei}' },
        ],
      },
    ],
    refused: [{ path: '$text', matches: failedText }],
    judged: true,
    result: 'whole',
    reason: { matches: '^(?:error)?[\\s:-]*(.{1,300})', group: 1 },
  },
} satisfies Template

const headers = { authorization: 'Bearer {key}', accept: 'application/json' }
const references = ['id', 'order_id', 'orderId', 'reference', 'data.id', 'data.order_id']
const results = ['result', 'response', 'properties', 'data.result']

const answer = jsonAnswer(results)
const waiting: Rule = { path: 'status', in: waits }
const noResult = results.map((path) => ({ path, exists: false }))
/** `numbered` matches success with a number and without a result, which is that of the request, and not of the order. */
const numbered: Rule[] = succeeded.flatMap((rule) =>
  references.map((path) => ({ all: [rule, { path, exists: true }, ...noResult] })),
)

const orderPoll = {
  name: 'order-poll',
  description:
    'POST {"service": .., "imei": ..} to <url>/orders with a bearer key, answered with an id; GET <url>/orders/<id> then says {"status": "pending"}, "success" with a result, or "failed"',
  request: {
    method: 'POST',
    url: '{url}/orders',
    headers,
    body: { json: { service: '{service}', imei: '{imei}' } },
  },
  answer: { ...answer, pending: [waiting, ...numbered], reference: references },
  status: {
    request: { method: 'GET', url: '{url}/orders/{reference}', headers },
    answer: { ...answer, pending: [waiting], reference: references },
  },
} satisfies Template

const instantPost = {
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

const instantGet = {
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

/** `templates` are those that imeigate ships, by name: each for a style of API, not for one company's. */
export const templates: Readonly<Record<string, Template>> = Object.fromEntries(
  [instantGet, instantGetText, instantPost, orderPoll].map((template) => [template.name, template]),
)
