/** Refuses container definitions that ECS would refuse when a task definition is registered. */

import type { Failure } from './check-inputs.ts'
import { nearest } from './check-inputs.ts'
import table from './data/container-definition.json' with { type: 'json' }
import { isObject, unknown, type Wire, type WireObject } from './wire.ts'

const shapes: Record<string, Record<string, string>> = table.shapes

const checkShape = (kind: string, value: Wire, path: string): Failure[] => {
  const wrong = (what: string): Failure[] => [
    { property: path, reason: `wrong type: expected ${what}, got ${JSON.stringify(value)}` },
  ]
  if (typeof value === 'string' && value.includes(unknown)) return []
  if (kind.startsWith('['))
    return Array.isArray(value)
      ? value.flatMap((one, i) => checkShape(kind.slice(1, -1), one, `${path}[${i}]`))
      : wrong('a list')
  if (kind.startsWith('{'))
    return isObject(value)
      ? Object.entries(value).flatMap(([key, one]) => checkShape(kind.slice(1, -1), one, `${path}.${key}`))
      : wrong('an object')
  const members = shapes[kind]
  if (members !== undefined) return isObject(value) ? checkMembers(members, value, path) : wrong('an object')
  if (kind === 'integer' || kind === 'long') return Number.isInteger(value) ? [] : wrong('a whole number')
  if (kind === 'boolean') return typeof value === 'boolean' ? [] : wrong('true or false')
  if (typeof value !== 'string') return wrong('a string')
  return kind === 'string' || kind.split('|').includes(value)
    ? []
    : wrong(`one of ${kind.replaceAll('|', ', ')}`)
}

const checkMembers = (members: Record<string, string>, value: WireObject, path: string): Failure[] => {
  const names = Object.keys(members).map((name) => name.replace('!', ''))
  return [
    ...Object.entries(value).flatMap(([name, one]) => {
      const kind = members[name] ?? members[`${name}!`]
      if (kind !== undefined) return one === null ? [] : checkShape(kind, one, `${path}.${name}`)
      const meant = nearest(name, names)
      const hint = meant === undefined ? '' : `; did you mean ${meant}?`
      return [{ property: `${path}.${name}`, reason: `ECS knows no such key${hint}` }]
    }),
    ...Object.keys(members)
      .filter((name) => name.endsWith('!') && value[name.slice(0, -1)] === undefined)
      .map((name) => ({ property: `${path}.${name.slice(0, -1)}`, reason: 'missing, ECS requires it' })),
  ]
}

const texts = (value: Wire | undefined): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
/** Where Filebeat keeps what it has read, in its image. */
const filebeatRegistry = '/usr/share/filebeat/data'
const fargateDrivers = new Set(['awslogs', 'splunk', 'awsfirelens'])

/** Rules that the shapes do not have (documentation of RegisterTaskDefinition). `task` are the task definition's inputs. */
const checkTogether = (containers: WireObject[], task: WireObject): Failure[] => {
  const failures: Failure[] = []
  const refuse = (i: number, key: string, reason: string) =>
    failures.push({ property: `containerDefinitions[${i}].${key}`, reason })
  const fargate = texts(task.requiresCompatibilities).includes('FARGATE')
  const volumes = new Set(
    (Array.isArray(task.volumes) ? task.volumes : []).map((v) => (v as WireObject).name),
  )
  const onHost = new Set(
    (Array.isArray(task.volumes) ? task.volumes : []).flatMap((v) =>
      (v as WireObject).hostPath === undefined ? [] : [(v as WireObject).name],
    ),
  )
  const names = containers.map((c) => c.name)
  for (const [i, container] of containers.entries()) {
    const name = container.name
    if (typeof name !== 'string' || !/^[\w-]{1,255}$/.test(name))
      refuse(i, 'name', 'must be 1 to 255 letters, digits, hyphens or underscores')
    else if (names.indexOf(name) !== i) refuse(i, 'name', `another container is called ${name} too`)
    if (typeof container.image !== 'string' || container.image === '')
      refuse(i, 'image', 'missing, ECS requires it')
    const log = container.logConfiguration
    if (fargate && isObject(log) && !fargateDrivers.has(String(log.logDriver)))
      refuse(i, 'logConfiguration.logDriver', `${log.logDriver} does not exist on Fargate`)
    if (fargate && container.privileged === true) refuse(i, 'privileged', 'does not exist on Fargate')
    if (
      !fargate &&
      container.memory === undefined &&
      container.memoryReservation === undefined &&
      task.memory === undefined
    )
      refuse(i, 'memory', 'memory or memoryReservation is needed where the task has no memory')
    if (typeof container.stopTimeout === 'number' && fargate && container.stopTimeout > 120)
      refuse(i, 'stopTimeout', 'is at most 120 seconds on Fargate')
    for (const [j, mount] of (Array.isArray(container.mountPoints) ? container.mountPoints : []).entries())
      if (isObject(mount) && !volumes.has(mount.sourceVolume ?? null))
        refuse(
          i,
          `mountPoints[${j}].sourceVolume`,
          `the task has no volume ${JSON.stringify(mount.sourceVolume)}`,
        )
    for (const [j, mount] of (Array.isArray(container.mountPoints) ? container.mountPoints : []).entries())
      if (
        isObject(mount) &&
        mount.containerPath === filebeatRegistry &&
        !onHost.has(mount.sourceVolume ?? null)
      )
        refuse(
          i,
          `mountPoints[${j}].sourceVolume`,
          'Filebeat would forget where it was: give the volume a hostPath',
        )
    for (const [j, port] of (Array.isArray(container.portMappings) ? container.portMappings : []).entries())
      if (
        isObject(port) &&
        task.networkMode === 'awsvpc' &&
        port.hostPort !== undefined &&
        port.hostPort !== port.containerPort
      )
        refuse(i, `portMappings[${j}].hostPort`, 'must be the containerPort in awsvpc mode')
    for (const [j, needed] of (Array.isArray(container.dependsOn) ? container.dependsOn : []).entries()) {
      const other = isObject(needed) ? containers.find((c) => c.name === needed.containerName) : undefined
      if (other === undefined) refuse(i, `dependsOn[${j}].containerName`, 'is no container of this task')
      else if ((needed as WireObject).condition === 'HEALTHY' && other.healthCheck === undefined)
        refuse(
          i,
          `dependsOn[${j}].condition`,
          `waits for HEALTHY, but ${String(other.name)} has no healthCheck`,
        )
    }
  }
  if (containers.every((c) => c.essential === false))
    refuse(0, 'essential', 'at least one container must be essential')
  return failures
}

/** What ECS would refuse in `containerDefinitions`, with the path of each key. */
export const checkContainers = (text: string, task: WireObject): Failure[] => {
  const property = 'containerDefinitions'
  let parsed: Wire
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    return text.includes(unknown) ? [] : [{ property, reason: `is not JSON: ${(error as Error).message}` }]
  }
  if (!Array.isArray(parsed) || parsed.length === 0)
    return [{ property, reason: 'must be a list of containers' }]
  const failures = checkShape('[ContainerDefinition]', parsed, property)
  return failures.length > 0 ? failures : checkTogether(parsed as WireObject[], task)
}
