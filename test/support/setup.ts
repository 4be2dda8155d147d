import fc from 'fast-check'
import { inject } from 'vitest'

// Properties are tried with the run's random choices too.
fc.configureGlobal({ seed: inject('seed') })
