import fc from 'fast-check'
import type { Status } from '../../../rehearsal/terminal/status.ts'

export const sampleStatus: Status = {
  elapsedMs: 58_300,
  runbook: 'cutover',
  step: 'verify-change-set',
  stepElapsedMs: 412,
  perSecond: { onPremises: 151, cloud: 49 },
  weight: 25,
  lag: { bytes: 1234, direction: 'forward' },
  acknowledged: 8431,
  failed: 0,
}

const ms = fc.double({ min: 0, max: 1e7, noNaN: true })
const whole = fc.nat({ max: 10_000_000 })

export const anyStatus: fc.Arbitrary<Status> = fc.record(
  {
    elapsedMs: ms,
    runbook: fc.string({ maxLength: 100 }),
    step: fc.string({ maxLength: 100 }),
    stepElapsedMs: ms,
    perSecond: fc.record({ onPremises: whole, cloud: whole }),
    weight: fc.integer({ min: 0, max: 100 }),
    lag: fc.record({ bytes: whole, direction: fc.constantFrom('forward' as const, 'back' as const) }),
    acknowledged: whole,
    failed: whole,
  },
  { requiredKeys: ['elapsedMs', 'perSecond', 'weight', 'acknowledged', 'failed'] },
)
