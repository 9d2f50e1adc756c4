import { anyResourceReasons } from '../components/policies.ts'
import { meanings } from '../phases.ts'
import { exposed } from './exposure.ts'
import type { Recorded } from './record.ts'
import { type RoleRights, rightsOf } from './rights.ts'
import { treeLines } from './tree.ts'

const heading = (words: string) => ['', words, '─'.repeat(words.length)]

function rightLines({ name, takenBy, rights, managed }: RoleRights): string[] {
  const lines = rights.flatMap(({ sid, effect, actions, resources, conditions }) => {
    const reason = resources.includes('*') ? anyResourceReasons().get(sid) : undefined
    return [
      `    ${effect === 'Deny' ? 'never ' : ''}${actions.join(', ')}`,
      `      on ${resources.join(', ')}${conditions && ` if ${conditions}`}`,
      ...(reason ? [`      * because ${reason}`] : []),
    ]
  })
  const given = managed.map((arn) => `    all of AWS's ${arn.split('/').at(-1)}`)
  const all = [...lines, ...given]
  return [`  ${name}, taken by ${takenBy.join(', ')}`, ...(all.length > 0 ? all : ['    nothing'])]
}

/** The preview as a person reads it. */
export function previewText({ settings, resources, warnings }: Recorded): string {
  const { stack, phase, weight } = settings
  const made = resources.filter(({ custom }) => custom)
  const kept = made.filter(({ protect }) => protect)
  const facing = exposed(resources)
  const roles = rightsOf(resources)
  const meaning = meanings[phase]
  return [
    `payments-lift, stack ${stack}: phase ${phase}, weight ${weight}`,
    `requests go to ${meaning.requestsGoTo}; system of record: ${meaning.systemOfRecord}; runbook: ${meaning.runbook}`,
    `${made.length} resources, ${kept.length} of them protected; ${facing.length} face the internet; ${roles.length} roles`,
    ...heading('Resources'),
    ...treeLines(resources),
    ...heading('What faces the internet'),
    ...facing.map(({ name, how }) => `  ${name} ${how}`),
    ...heading('What each role may do'),
    ...roles.flatMap(rightLines),
    ...heading('What is protected'),
    ...kept.map(({ name, type }) => `  ${name} (${type})`),
    ...(warnings.length > 0 ? [...heading('Warnings'), ...warnings.map((warning) => `  ${warning}`)] : []),
    '',
  ].join('\n')
}

/** The preview as a program reads it. Secrets are masked where they were recorded. */
export const previewJson = ({ settings: { stack, phase }, resources }: Recorded) => ({
  stack,
  phase,
  resources: resources.map(({ urn, type, name, parent, protect, ignoreChanges, inputs }) => ({
    urn,
    type,
    name,
    parent,
    protect,
    ignoreChanges,
    inputs,
  })),
})
