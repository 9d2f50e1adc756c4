import { weightsOf } from '../phases.ts'
import { cidrOf, contains, overlap } from './cidr.ts'
import { keyOf, type Problem, shown } from './problems.ts'
import { schema, type Values } from './schema.ts'
import { dailyWindow, weeklyWindow, windowsMeet } from './windows.ts'

/**
 * What settings must agree on among themselves. Each rule reads only groups that are well-formed, so that its
 * problem is told together with those of the other groups.
 */
type Rule = { needs: (keyof Values)[]; check: (values: Values) => Problem[] }

const problem = (path: PropertyKey[], got: unknown, mend: string): Problem => ({
  key: keyOf(path),
  got: shown(got),
  mend,
})

const rules: Rule[] = [
  {
    needs: ['phase', 'weight'],
    check: ({ phase, weight }) => {
      const { least, most } = weightsOf(phase)
      if (weight >= least && weight <= most) return []
      return [
        problem(['weight'], weight, `phase ${phase} has weight ${least}; weights between are for canary`),
      ]
    },
  },
  {
    needs: ['network'],
    check: ({ network }) => {
      const vpc = cidrOf(network.cidr)!
      const subnets = network.zones.flatMap((zone, index) =>
        (['public', 'private', 'data'] as const).map((kind) => ({
          path: ['network', 'zones', index, kind],
          text: zone[kind],
          block: cidrOf(zone[kind])!,
        })),
      )
      const outside = subnets
        .filter(({ block }) => !contains(vpc, block))
        .map(({ path, text }) => problem(path, text, `choose a block inside network.cidr, ${network.cidr}`))
      const twice = subnets.flatMap((one, index) =>
        subnets
          .slice(0, index)
          .filter((other) => overlap(one.block, other.block))
          .map((other) =>
            problem(one.path, one.text, `overlaps ${keyOf(other.path)}, ${other.text}; move one`),
          ),
      )
      const names = network.zones.map(({ name }) => name)
      const sameZone = names.flatMap((name, index) =>
        names.indexOf(name) < index
          ? [problem(['network', 'zones', index, 'name'], name, 'name each zone once')]
          : [],
      )
      return [...outside, ...twice, ...sameZone]
    },
  },
  {
    needs: ['network', 'onPremises'],
    check: ({ network, onPremises }) => {
      const vpc = cidrOf(network.cidr)!
      const blocks = onPremises.cidrs.map((text) => cidrOf(text)!)
      const clash = onPremises.cidrs.flatMap((text, index) =>
        overlap(vpc, blocks[index]!)
          ? [
              problem(
                ['onPremises', 'cidrs', index],
                text,
                `overlaps network.cidr, ${network.cidr}; routes would clash`,
              ),
            ]
          : [],
      )
      const routed = (text: string) => blocks.some((block) => contains(block, cidrOf(`${text}/32`)!))
      const unrouted = [
        ...onPremises.api.addresses.map((text, index) => ({
          text,
          path: ['onPremises', 'api', 'addresses', index],
        })),
        { text: onPremises.database.host, path: ['onPremises', 'database', 'host'] },
      ].filter(({ text }) => !routed(text))
      return [
        ...clash,
        ...unrouted.map(({ text, path }) => problem(path, text, 'choose an address inside onPremises.cidrs')),
      ]
    },
  },
  {
    // A gate sends a connection to another host and port; the database in its address stays.
    needs: ['onPremises', 'database'],
    check: ({ onPremises, database }) =>
      onPremises.database.name === database.name
        ? []
        : [
            problem(
              ['onPremises', 'database', 'name'],
              onPremises.database.name,
              `write ${database.name}, as database.name: both sides of the lift are reached by one name`,
            ),
          ],
  },
  {
    needs: ['database'],
    check: ({ database: { backupWindow, maintenanceWindow } }) =>
      windowsMeet(dailyWindow(backupWindow)!, weeklyWindow(maintenanceWindow)!)
        ? [
            problem(
              ['database', 'backupWindow'],
              backupWindow,
              `overlaps database.maintenanceWindow, ${maintenanceWindow}, on some day; move one`,
            ),
          ]
        : [],
  },
  {
    needs: ['services'],
    check: ({ services: { api } }) =>
      api.maxTasks >= api.tasks
        ? []
        : [problem(['services', 'api', 'maxTasks'], api.maxTasks, `write at least tasks, ${api.tasks}`)],
  },
  {
    needs: ['approvals'],
    check: ({ approvals: { required, approvers } }) =>
      new Set(approvers).size > required
        ? []
        : [
            problem(
              ['approvals', 'approvers'],
              approvers,
              `list at least ${required + 1} different people: ${required} must approve, and the runner is none of them`,
            ),
          ],
  },
]

/** Problems between groups of settings; groups that are not well-formed are left to the schema. */
export function disagreements(raw: Record<string, unknown>): Problem[] {
  const parsed = Object.fromEntries(
    Object.entries(schema.shape).map(([key, field]) => [key, field.safeParse(raw[key])]),
  )
  return rules
    .filter(({ needs }) => needs.every((key) => parsed[key]!.success))
    .flatMap(({ needs, check }) =>
      check(Object.fromEntries(needs.map((key) => [key, parsed[key]!.data])) as Values),
    )
}
