import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '../../rehearsal/host/free-port.ts'
import { testSandbox } from '../postgres.ts'

export const accountId = '333333333333'
export const region = 'eu-central-1'

/** Credentials that moto takes while it does not enforce IAM. */
export const anybody = { AWS_ACCESS_KEY_ID: 'anybody', AWS_SECRET_ACCESS_KEY: 'anything' }

/** AWS on loopback: the emulator moto, which ends with the test file. Returns its address. */
export async function startMoto(): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    const child = spawn(
      process.env.PYTHON ?? 'python3',
      ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
      {
        env: { PATH: process.env.PATH, MOTO_ACCOUNT_ID: accountId, ...anybody, AWS_DEFAULT_REGION: region },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    testSandbox().adopt(child)
    let output = ''
    const listening = new Promise<boolean>((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk) => {
          output += chunk
          if (output.includes(`Running on http://127.0.0.1:${port}`)) resolve(true)
        })
      once(child, 'exit').then(() => resolve(false))
    })
    if (await listening) return `http://127.0.0.1:${port}`
    if (attempt === 3) throw new Error(`moto did not start:\n${output}`)
  }
}
