import { Database } from './database.ts'
import { EnvironmentError, readEnvironment } from './environment.ts'
import { createLog, openSender } from './log.ts'

function environmentOrExit() {
  try {
    return readEnvironment(process.env)
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

export const environment = environmentOrExit()
/** Undefined: the lines go to stdout. */
export const logSender = openSender(environment)
export const log = createLog(environment, logSender)

/** Made once a process, outside every handler, so that connections outlive requests and their number stays flat. */
export const database = new Database({ url: environment.DATABASE_URL, poolSize: environment.POOL_SIZE, log })
