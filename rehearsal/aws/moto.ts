import { execFile, spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Sandbox } from '../host/sandbox.ts'

const run = promisify(execFile)
const python = () => process.env.PYTHON ?? 'python3'

/** `5.2.5`, or undefined where Python does not find moto. */
export async function motoVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run(python(), [
      '-c',
      'import importlib.metadata as m, flask, moto; print(m.version("moto"))',
    ])
    return stdout.trim()
  } catch {
    return undefined
  }
}

/** An emulator of AWS on this machine. */
export interface Moto {
  readonly url: string
  /** What an SDK client in this process needs to talk to it instead of AWS. */
  readonly client: {
    endpoint: string
    region: string
    credentials: { accessKeyId: string; secretAccessKey: string }
  }
  /** What a process needs to talk to it instead of AWS. */
  readonly environment: Record<string, string>
}

/** One request at a time, unlike `moto_server`: only so is its «create when absent» as atomic as that of AWS. */
const program = `
import sys
from werkzeug.serving import make_server, WSGIRequestHandler
from moto.server import DomainDispatcherApplication, create_backend_app
WSGIRequestHandler.log_request = lambda *a, **k: None
server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
print("listening", server.server_port, flush=True)
server.serve_forever()
`

export async function startMoto(sandbox: Sandbox): Promise<Moto> {
  const logFile = join(sandbox.dir, 'moto.log')
  const log = openSync(logFile, 'a')
  const child = spawn(python(), ['-c', program], { stdio: ['ignore', 'pipe', log], detached: true })
  sandbox.adopt(child)
  const port = await new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      reject(new Error(`moto ended with ${code} while starting:\n${readFileSync(logFile, 'utf8')}`)),
    )
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const said = /^listening (\d+)$/.exec(line)
      if (said) resolve(said[1] as string)
    })
  })
  child.unref()
  ;(child.stdout as unknown as { unref(): void }).unref()
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    client: {
      endpoint: url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' },
    },
    environment: {
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'testing',
      AWS_SECRET_ACCESS_KEY: 'testing',
      AWS_EC2_METADATA_DISABLED: 'true',
      // Neither what this machine's user is signed in to, nor their settings.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    },
  }
}
