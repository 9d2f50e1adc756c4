import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { inOneFile } from '../../services/bundle.ts'

const here = import.meta.dirname
/** Inside the project: what only sites in AWS need is loaded from its packages, when it is needed. */
const folder = join(here, '../../dist/watchdog')

/**
 * Builds the watchdog as one module and returns its path. While payments wait for one that is started in the place
 * of another, loading hundreds of modules would be most of what they wait for.
 * @param before a module that is loaded before it, as the fault harness does
 */
export async function buildWatchdog(before?: string): Promise<string> {
  const name = before ? 'watchdog-with-faults' : 'main'
  const { outputFiles } = await build({
    ...inOneFile,
    stdin: {
      contents: [before, join(here, 'main.ts')]
        .map((path) => path && `import ${JSON.stringify(path)}`)
        .join('\n'),
      resolveDir: here,
    },
    outfile: join(folder, `${name}.mjs`),
    external: [...inOneFile.external, '@aws-sdk/*'],
    legalComments: 'none',
    write: false,
  })
  const file = join(folder, `${name}.mjs`)
  await mkdir(dirname(file), { recursive: true })
  // Another may be starting it while it is built again.
  const draft = `${file}.${process.pid}.draft`
  for (const { contents } of outputFiles) await writeFile(draft, contents)
  await rename(draft, file)
  return file
}
