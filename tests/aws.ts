import { type Moto, startMoto } from '../rehearsal/aws/moto.ts'
import { testSandbox } from './postgres.ts'

/** An emulator of AWS for a test file, which from here on is what this process takes for AWS. */
export async function testMoto(): Promise<Moto> {
  const moto = await startMoto(testSandbox())
  Object.assign(process.env, moto.environment)
  return moto
}
