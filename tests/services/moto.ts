import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../rehearsal/host/free-port.ts'
import { testSandbox } from '../postgres.ts'

export const accountId = '333333333333'
export const region = 'eu-central-1'

/** Credentials that moto takes while it does not enforce IAM. */
export const anybody = { AWS_ACCESS_KEY_ID: 'anybody', AWS_SECRET_ACCESS_KEY: 'anything' }

/** AWS on loopback: the emulator moto, which ends with the test file. Returns its address. */
export async function startMoto(): Promise<string> {
  const log = join(testSandbox().dir, 'moto.log')
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const output = openSync(log, 'a')
    const args = ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)]
    const child = spawn(process.env.PYTHON ?? 'python3', args, {
      env: { PATH: process.env.PATH, MOTO_ACCOUNT_ID: accountId, ...anybody, AWS_DEFAULT_REGION: region },
      stdio: ['ignore', output, output],
    })
    child.unref()
    testSandbox().adopt(child)
    const address = `http://127.0.0.1:${port}`
    while (child.exitCode === null && child.signalCode === null) {
      const answer = await fetch(`${address}/moto-api/data.json`).catch(() => undefined)
      if (answer?.ok) return address
      await delay(50)
    }
    if (attempt === 3) throw new Error(`moto did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`)
  }
}
