import { createAccount } from '../src/accounts/accounts.ts'
import { createKey } from '../src/accounts/keys.ts'
import { createService } from '../src/catalogue/services.ts'
import { micros } from '../src/lib/money.ts'
import { systemClock } from '../src/lib/time.ts'
import { onDatabase } from './server.ts'

/** `fillBench` makes a hundred accounts with money and 300 services, in the data folder of a running server. */
export async function fillBench(dataFolder: string): Promise<{
  accounts: { username: string; secret: string }[]
  serviceId: string
}> {
  return await onDatabase(dataFolder, async (sql) => {
    const accounts = []
    for (let n = 0; n < 100; n++) {
      const deposit = micros(1_000_000_000_000_000n)
      const account = await createAccount(
        sql,
        {
          name: `Bench ${n}`,
          email: `bench${n}@example.com`,
          currency: 'USD',
          username: `bench${n}`,
          deposit,
        },
        'bench',
      )
      const { securityId, secret } = await createKey(sql, account.id, {}, systemClock)
      accounts.push({ username: securityId, secret })
    }
    let serviceId = ''
    for (let n = 0; n < 300; n++) {
      const service = await createService(sql, {
        code: `bench-${n}`,
        name: `Service ${n}`,
        group: `Group ${n % 12}`,
        kind: 'imei',
        price: '0.77',
        currency: 'USD',
        supplier: 'sandbox',
        description: 'A service of a usual length, described in a line or two, as real lists have them.',
      })
      serviceId = String(service.id)
    }
    return { accounts, serviceId }
  })
}
