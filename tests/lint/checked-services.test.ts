import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { projectFolder } from '../../settings/stack-file.ts'

const textOf = (file: string) => readFileSync(join(projectFolder, file), 'utf8')

/** `aws.kms.Key`; in a text such as `https://docs.aws.amazon.com` it is none. */
const usedBy = (text: string) =>
  [...text.matchAll(/(?<![\w.-])aws\.([a-z][a-z0-9]*)\.(?=[A-Za-z])/g)].map(([, name]) => name!)

test('the quick type check reads the services that are used and no others, as the package declares them', (t) => {
  const listed = textOf('types/pulumi-aws.d.cts')
    .split('\n')
    .filter((line) => line.startsWith('export'))
  const declared = listed.map((line) => {
    const [, name, folder] = /^export \* as (\w+) from '@pulumi\/aws\/(\w+)\/index\.js'$/.exec(line) ?? []
    t.is(name, folder, line)
    return name
  })
  const sources = execFileSync('git', ['grep', '-lE', "as aws from '@pulumi/aws'", '--', '*.ts'], {
    cwd: projectFolder,
    encoding: 'utf8',
  })
  const used = sources
    .trim()
    .split('\n')
    .flatMap((file) => usedBy(textOf(file)))
  t.deepEqual(declared, [...new Set([...used, 'types'])].toSorted())
})
