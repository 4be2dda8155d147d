import fc from 'fast-check'
import { afterAll, inject } from 'vitest'
import { closeAdmin } from './postgres.ts'

// Properties are tried with the run's random choices too.
fc.configureGlobal({ seed: inject('seed') })

afterAll(closeAdmin)
