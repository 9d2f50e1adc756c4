import {
  PolicyPack,
  type PolicyResource,
  type ReportViolation,
  type StackValidationPolicy,
} from '@pulumi/policy'
import { worldOf } from '../preview/diff/world.ts'
import { type Json, plain, unknown } from '../preview/values.ts'
import { projectFolder } from '../settings/stack-file.ts'
import { judge, sentence } from './check.ts'
import type { Facts, Resource, Rule } from './rule.ts'
import { rules } from './rules.ts'

/**
 * The rules as Pulumi's CLI takes them: pulumi preview --policy-pack policy. Where a stack stands is not told to a
 * pack; the program itself refuses an illegal move, and the offline preview judges it.
 */
new PolicyPack('payments-lift', { policies: rules.map(policyOf) })

function policyOf(rule: Rule): StackValidationPolicy {
  return {
    name: rule.name,
    description: `${rule.lesson} ${rule.mend}`,
    enforcementLevel: rule.level,
    validateStack: async ({ resources, notApplicable }, report: ReportViolation) => {
      if (rule.name === 'legal-phase-move') notApplicable('the program itself refuses illegal moves')
      const seen = resources.map(seenAs)
      const { broken } = judge(seen, await factsOf(resources, seen), { rules: [rule] })
      for (const each of broken) report(sentence(each), each.urn)
    },
  }
}

/** Behind the proxy that throws at everything that is not known yet; the rules can do with «unknown». */
const target = '__getSpecialProxyTarget'
const unknownMark =
  /^(04da6b54-80e4-46f7-96ec-b56ff0331ba9|1c4a061d-8072-4f0a-a4cb-0ff528b18fe7|3eeb2bf0-c639-47a8-9e75-3b44932eb421|6a19a0b0-7e62-4c92-b797-7f8e31da9cc2|030794c1-ac77-496b-92df-f27374a8bd58|e48ece36-62e2-4504-bad9-02848725956a|dd056dcd-154b-4c76-9bd3-c8f88648b5ff)$/

const known = (value: Json): Json =>
  typeof value === 'string'
    ? unknownMark.test(value)
      ? unknown
      : value
    : Array.isArray(value)
      ? value.map(known)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, known(each)]))
        : value

const seenAs = ({ urn, type, name, props, opts, propertyDependencies }: PolicyResource): Resource => ({
  urn,
  type,
  name,
  custom: !/^(payments-lift|pulumi:pulumi|awsx):/.test(type),
  protect: opts.protect,
  inputs: known(plain((props as Record<string, unknown>)[target] ?? props)) as Resource['inputs'],
  propertyDependencies: Object.fromEntries(
    Object.entries(propertyDependencies).map(([key, list]) => [key, list.map((each) => each.urn)]),
  ),
})

async function factsOf(resources: PolicyResource[], seen: Resource[]): Promise<Facts> {
  const stack = resources[0]?.urn.split('::')[0]?.replace('urn:pulumi:', '') ?? ''
  return {
    stack,
    // A stack that may be destroyed in one pass protects nothing; any other protects something.
    disposable: await isDisposable(stack, seen),
    reasons: await reasonsOf(stack),
    ...worldOf(projectFolder),
  }
}

type Recorded = { disposable: boolean; reasons: Record<string, string> }
const recorded = new Map<string, Promise<Recorded | undefined>>()

/** The reasons stand in the program, so it is run once, offline: that registers them, and creates nothing. */
function ofProgram(stack: string): Promise<Recorded | undefined> {
  if (!recorded.has(stack)) {
    const run = import('../preview/record.ts')
      .then(({ record }) => record({ stack, phase: 'cutover' }))
      .then(async ({ settings }) => {
        const { anyResourceReasons } = await import('../components/policies.ts')
        return { disposable: settings.disposable, reasons: Object.fromEntries(anyResourceReasons()) }
      })
      .catch(() => undefined)
    recorded.set(stack, run)
  }
  return recorded.get(stack)!
}

const reasonsOf = async (stack: string) => (await ofProgram(stack))?.reasons ?? {}
const isDisposable = async (stack: string, seen: Resource[]) =>
  (await ofProgram(stack))?.disposable ?? !seen.some(({ protect }) => protect)
