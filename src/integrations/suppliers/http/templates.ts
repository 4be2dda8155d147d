import type { Rule, Template, TemplateAnswer } from './template.ts'

/** `successes`, `failures` and `waits` are what servers of all styles write when they say how it went. */
const successes = ['success', 'successful', 'ok', 'completed', 'done', 'true', '1', '200']
const failures = ['error', 'failed', 'failure', 'fail', 'rejected', 'refused', 'false', '0']
const waits = ['pending', 'processing', 'queued', 'in process', 'in progress', 'waiting', 'accepted']
const yes = ['true', '1']
const no = ['false', '0']

/** `reasons` are the places where a failure is explained, the most exact first. */
const reasons = [
  'errors',
  'message',
  'error_message',
  'error_description',
  'error.message',
  'error',
  'reason',
  'detail',
  'msg',
  'data.message',
  'data.error',
  'data.reason',
  'result',
  'response',
]

type Tests = NonNullable<Rule['all']>

/** `unlessSaid` gives the two ways in which none of the words stands at a path: it is not there, or has something else. */
const unlessSaid = (path: string, words: string[]): Tests => [
  { path, exists: false },
  { path, matches_not: `^(?:${words.join('|')})$` },
]

/** `states` are where answers say what became of the order, which may be something else than what became of the question. */
const states = ['status', 'data.status']
/** `overruling` are what data says of the order where it counts more than what is said of the question. */
const overruling = [...waits, 'rejected']
/**
 * `succeeded` has the ways in which an answer says that it went well. Waiting is no success, whatever else says so. A field `status` in
 * the data may be a part of the result.
 */
const succeeded: Tests[] = [
  ...unlessSaid('data.status', overruling).map((test) => [{ path: 'status', in: successes }, test]),
  ...unlessSaid('status', waits).flatMap((test) =>
    unlessSaid('data.status', overruling).map((other) => [{ path: 'success', in: yes }, test, other]),
  ),
  ...unlessSaid('status', waits).map((test) => [{ path: 'data.status', in: successes }, test]),
]

/** `said` finds something at a path where others write an empty text, false or "none". */
const said = (path: string): Rule => ({
  all: [
    { path, matches: '\\S' },
    { path, matches_not: '^(?:false|0+|no|none|null|nil|n/?a|-+|ok|success|no errors?)$' },
  ],
})

/** `failed` has the ways in which an answer says that it went wrong. What says success as well contradicts itself. */
const failed = (results: string[]): Rule[] => [
  ...states.map((path) => ({ path, in: failures })),
  ...['success', 'data.success'].map((path) => ({ path, in: no })),
  ...['error', 'errors', 'data.error'].map(said),
  // Words for a state may be a part of the result, such as a claim that was rejected.
  ...results.flatMap((path) => [
    { path: `${path}.status`, in: ['error', 'failed', 'failure', 'fail', 'pending', 'processing', 'queued'] },
    { path: `${path}.success`, in: no },
    said(`${path}.error`),
  ]),
  // A server that says by its status that the request was wrong says why.
  ...['message', 'detail', 'msg'].map((path) => ({
    all: [
      { path: '$status', in: [400, 401, 402, 403, 409, 422] },
      { path, exists: true },
    ],
  })),
]

/**
 * `jsonAnswer` reads `{"status": "success", "result": ...}` or `{"status": "error", "message": ...}`, with the usual other words for them.
 * Success needs a result, at one of these paths.
 */
const jsonAnswer = (results: string[]) =>
  ({
    format: 'json',
    success: succeeded.flatMap((tests) =>
      results.map((path) => ({ all: [...tests, { path, exists: true }] })),
    ),
    refused: failed(results),
    judged: true,
    state: states,
    result: results,
    reason: reasons,
  }) satisfies TemplateAnswer

/** `noResultText` finds what is no result at the beginning of an answer: it is a refusal, or a page that somebody else sent. */
const noResultText =
  '^\\W*(?:error|fail|reject|refuse|invalid|wrong|unknown|unauthori|insufficient|not |no |missing|too many|denied|access denied|forbidden|exception|sorry|unable|cannot|please|pending|processing|queued|warning|notice|fatal|deprecated|parse error|stack trace|traceback|your )'
const pageText = '^\\s*[<{[]'
/** `noResultLine` finds a line that says of itself that it went wrong, or is not done. */
const noResultLine =
  '(?:^|\\n|>)\\s*(?:status|state|result|success|response|error|estado|statut|статус|الحالة|durum|trạng thái|状态)\\s*:\\s*(?:<[^>]*>\\s*)*(?:error|fail|reject|refuse|invalid|false|pending|processing|queued|in pro|gagal|ditolak|fallid|rechazad|falh|rejeitad|reddedildi|başarısız|échec|échou|refus|rejet|ошибка|отклон|отказ|فشل|مرفوض|thất bại|từ chối|失败|拒绝)'
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
          { path: '$text', matches_not: pageText },
          { path: '$text', matches_not: noResultText },
          { path: '$text', matches_not: noResultLine },
          { path: '$text', matches: twoLines },
          { path: '$text', contains: '{imei}' },
        ],
      },
    ],
    refused: [
      {
        all: [
          { path: '$text', matches: noResultText },
          { path: '$text', matches_not: twoLines },
        ],
      },
    ],
    judged: true,
    result: 'whole',
    reason: { matches: '^(?:error)?[\\s:-]*(.{1,300})', group: 1 },
  },
} satisfies Template

const headers = { authorization: 'Bearer {key}', accept: 'application/json' }
const references = ['id', 'order_id', 'orderId', 'reference', 'data.id', 'data.order_id']
const results = ['result', 'response', 'properties', 'data.result']

const answer = jsonAnswer(results)
const waiting: Rule[] = states.map((path) => ({ path, in: waits }))
/** `numbered` matches a number without a result, where it went well, which is that of the request and not of the order, or HTTP says the rest. */
const numbered: Rule[] = [
  ...succeeded.map((tests) => [...tests, ...results.map((path) => ({ path, exists: false }))]),
  [{ path: '$status', in: [201, 202] }, ...[...states, 'success'].map((path) => ({ path, exists: false }))],
].flatMap((tests) => references.map((path) => ({ all: [...tests, { path, exists: true }] })))

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
  answer: { ...answer, pending: [...waiting, ...numbered], reference: references },
  status: {
    request: { method: 'GET', url: '{url}/orders/{reference}', headers },
    answer: { ...answer, pending: waiting, reference: references },
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
  answer: jsonAnswer(['result', 'response', 'properties', 'object', 'data.result', 'data']),
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
  answer: jsonAnswer(['result', 'response', 'properties', 'object', 'data.result', 'data']),
} satisfies Template

/** `templates` are those that imeigate ships, by name: each for a style of API, not for one company's. */
export const templates: Readonly<Record<string, Template>> = Object.fromEntries(
  [instantGet, instantGetText, instantPost, orderPoll].map((template) => [template.name, template]),
)
