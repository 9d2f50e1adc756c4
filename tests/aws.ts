import { type Moto, startMoto } from '../rehearsal/aws/moto.ts'
import { testSandbox } from './postgres.ts'

let started: Promise<Moto> | undefined

/** An emulator of AWS for all test files of one process, which from here on is what this process takes for AWS. */
export async function testMoto(): Promise<Moto> {
  started ??= startMoto(testSandbox())
  const moto = await started
  Object.assign(process.env, moto.environment)
  return moto
}
