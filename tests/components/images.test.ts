import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { images } from '../../settings/schema.ts'
import { whole } from './build.ts'

type Image = (typeof images)[number]

const read = (file: string) => readFileSync(join(import.meta.dirname, '../..', file), 'utf8')

const folders: Record<Image, string> = {
  paymentsApi: 'services/payments',
  outboxRelay: 'services/outbox-relay',
  pgbouncer: 'services/pgbouncer',
  routeAgent: 'services/route-agent',
  runner: 'services/runner',
  filebeat: 'services/logging/filebeat',
  logstash: 'services/logging/logstash',
}

/** What an image is in the end: the instructions of its last stage, a line each. */
const lastStage = (image: Image): string =>
  read(`${folders[image]}/Dockerfile`)
    .replaceAll(/\\\n/g, '')
    .split(/^FROM /m)
    .at(-1)!

const userOf = (image: Image) => [...lastStage(image).matchAll(/^USER (\S+)$/gm)].at(-1)?.[1]
const volumesOf = (image: Image): string[] =>
  [...lastStage(image).matchAll(/^VOLUME (\[.*\])$/gm)].flatMap(([, list]) => JSON.parse(list!))

interface Container {
  name: string
  image: string
  user: string
  command?: string[]
  healthCheck?: { command: string[] }
  mountPoints: { sourceVolume: string; containerPath: string; readOnly: boolean }[]
}

const imageOf = ({ image }: Container): Image =>
  images.find((name) =>
    image.includes(`/payments-lift-prod-${name.replaceAll(/[A-Z]/g, (one) => `-${one.toLowerCase()}`)}@`),
  )!

/** Every container of the program; `writable` are folders that are not its host's. */
async function containers() {
  const { all } = await whole({ stack: 'prod', phase: 'cutover' })
  return all('aws:ecs/taskDefinition:TaskDefinition').flatMap(({ inputs }) => {
    const ofHost = new Set(
      ((inputs.volumes ?? []) as { name: string; hostPath?: string }[])
        .filter(({ hostPath }) => hostPath)
        .map(({ name }) => name),
    )
    return (JSON.parse(String(inputs.containerDefinitions)) as Container[]).map((container) => ({
      ...container,
      of: imageOf(container),
      writable: container.mountPoints
        .filter(({ sourceVolume, readOnly }) => !readOnly && !ofHost.has(sourceVolume))
        .map(({ containerPath }) => containerPath),
    }))
  })
}

test('each image has a Dockerfile whose base is named when it is built, and something that runs it', async (t) => {
  const run = new Set((await containers()).map(({ of }) => of))
  t.deepEqual([...run].toSorted(), images.toSorted())
  for (const image of images) t.regex(read(`${folders[image]}/Dockerfile`), /^ARG BASE=/m, image)
})

test('an image is who its containers run as, and names as a volume what they write to', async (t) => {
  for (const { name, of, user, writable } of await containers()) {
    // Docker's log files are root's: Filebeat says so where it runs.
    if (of === 'filebeat') t.is(user, '0:0')
    else t.is(userOf(of), user, name)
    const missing = writable.filter((path) => !volumesOf(of).includes(path))
    t.deepEqual(missing, [], `${name}: root's on Fargate, because ${folders[of]}/Dockerfile names no volume`)
  }
})

test('what writes as nobody owns its folders, or anybody may write there', async (t) => {
  // The agent of ECS Exec is root.
  const roots = ['/var/lib/amazon', '/var/log/amazon']
  for (const { of, writable } of await containers()) {
    const made = [...lastStage(of).matchAll(/(?:--owner=65532|chown -R 65532:65532|chmod 1777)([^&\n]*)/g)]
    const given = made.flatMap(([, rest]) => rest!.split(/\s+/).filter((word) => word.startsWith('/')))
    for (const path of writable) t.is(given.includes(path), !roots.includes(path), `${folders[of]}: ${path}`)
  }
})

test('docs/aws.md says of each image what the program asks of it', async (t) => {
  const [, section = ''] = read('docs/aws.md').split(/^## Images$/m)
  const rows = section.split(/^## /m)[0]!.split('\n')
  for (const { name, of, command = [], healthCheck, writable } of await containers()) {
    const row = rows.find((each) => each.startsWith(`| \`${of}\` `)) ?? ''
    const health = healthCheck?.command[1]
    for (const word of [...command, ...writable, ...(health ? [health] : [])])
      t.true(row.includes(`\`${word}\``), `${name}: the row of ${of} does not name ${word}`)
  }
})
