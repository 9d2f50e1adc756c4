import * as pulumi from '@pulumi/pulumi'
import { contextOf } from './components/context.ts'
import { flowsAt } from './components/flows.ts'
import { Keys } from './components/keys.ts'
import { Network } from './components/network.ts'
import { sourceStage } from './components/source-stage.ts'
import { transformEverything } from './components/tags.ts'
import { parseSettings } from './settings.ts'

/** The program: what a stack's settings ask for, phase by phase. */
export default async function program() {
  const settings = parseSettings(pulumi.getStack(), pulumi.runtime.allConfig())
  const context = contextOf(settings)
  const { reaches } = context
  const source = sourceStage(settings)
  transformEverything(settings)

  const keys = new Keys('keys', { context })
  const network = new Network('network', {
    context,
    ...settings.network,
    nat: reaches('canary') ? settings.network.natGateways : 'none',
    flows: flowsAt({ reaches, removed: source.removed }, settings.onPremises.api.port),
    onPremises: {
      cidrs: settings.onPremises.cidrs,
      link: source.removed ? undefined : settings.onPremises.link,
      leaving: source.leaving,
    },
    logsKeyArn: keys.arns.logs,
    flowLogDays: settings.retention.logDays,
  })
  return {
    phase: settings.phase,
    weight: settings.weight,
    removal: settings.removal,
    keys: keys.arns,
    vpcId: network.vpcId,
  }
}
