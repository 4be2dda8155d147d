import { networkInterfaces } from 'node:os'
import { isPublic, readAddress } from '../lib/ip.ts'

/** `ourAddresses` are the public addresses of this machine: calls come from one of them, where no other way out is set. None: it is behind a router. */
export const ourAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((all = []) =>
    all.flatMap(({ address }) => {
      const read = readAddress(address)
      return read && isPublic(read) ? [address] : []
    }),
  )
