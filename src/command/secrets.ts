import type { Command } from 'commander'
import { localTime, systemClock } from '../lib/time.ts'
import { type KeyState, keyState, wrongKey } from '../secret-keys/key-state.ts'
import { rotate } from '../secret-keys/rotate.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { withDatabase } from './connection.ts'
import { type Answer, answering, keyValues, table } from './output.ts'
import { countingBar } from './progress.ts'

export function register(program: Command): void {
  const secrets = program.command('secrets')
  secrets
    .command('status')
    .description('which key there is, and what is sealed with it; exit code 6 when something does not open')
    .action(answering(status))
  secrets
    .command('rotate')
    .description(
      'replace the key, and seal everything anew while servers go on; one that was cut off goes on where it was',
    )
    .action(answering(rotateKey))
}

const status = (): Promise<Answer> =>
  withDatabase(async ({ sql, config }) => stateAnswer(await keyState(sql, new KeyRing(config))))

function stateAnswer(state: KeyState): Answer {
  const { key, next, sealed, rotations } = state
  const wrong = wrongKey(state)
  const last = rotations.at(-1)
  const rotated =
    last && `from ${last.from} to ${last.to}, ${last.endedAt ? localTime(last.endedAt) : 'under way'}`
  const lines = [
    keyValues([
      ['key', key],
      ['next key', next],
      ['last rotation', rotated],
    ]),
    sealed.length > 0 &&
      table(
        sealed,
        {
          secrets: ({ count }) => count,
          of: ({ owner }) => `${owner}s`,
          key: ({ key: by }) => by,
          opens: ({ opens }) => opens,
        },
        ['secrets'],
      ),
    wrong,
  ].filter((line) => typeof line === 'string')
  return {
    json: {
      ...{ ok: wrong === undefined, key, next },
      sealed: sealed.map(({ owner, ...one }) => ({ what: owner, ...one })),
      rotations: rotations.map(({ from, to, startedAt, endedAt }) => ({
        ...{ from, to, started_at: startedAt, ended_at: endedAt },
      })),
    },
    text: lines.join('\n\n'),
    bad: wrong !== undefined,
  }
}

const rotateKey = (): Promise<Answer> =>
  withDatabase(async ({ sql, config }) => {
    const bar = countingBar('{bar} {value}/{total} secrets')
    try {
      const { from, to, resealed, unreadable, formerFile } = await rotate({
        ...{ sql, ring: new KeyRing(config), clock: systemClock, onProgress: bar.show },
      })
      const advice =
        formerFile === undefined
          ? 'set IMEIGATE_SECRET_KEY to the new key wherever imeigate runs, and take IMEIGATE_SECRET_KEY_NEXT away'
          : `the former key is in ${formerFile}: move it to where you keep keys, for backups that were made before`
      const closed =
        unreadable.length > 0 &&
        `does not open with any key at hand, and is as it was: ${unreadable.join(', ')}`
      return {
        json: { from, to, resealed, unreadable, former_file: formerFile ?? null },
        text: [
          `the secret key ${from} was replaced by ${to}; secrets sealed anew: ${resealed}`,
          closed,
          advice,
        ]
          .filter((line) => line !== false)
          .join('\n'),
        bad: unreadable.length > 0,
      }
    } finally {
      bar.stop()
    }
  })
