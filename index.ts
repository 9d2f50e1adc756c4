import * as pulumi from '@pulumi/pulumi'
import { contextOf } from './components/context.ts'
import { Keys } from './components/keys.ts'
import { tagEverything } from './components/tags.ts'
import { parseSettings } from './settings.ts'

/** The program: what a stack's settings ask for, phase by phase. */
export default async function program() {
  const settings = parseSettings(pulumi.getStack(), pulumi.runtime.allConfig())
  const context = contextOf(settings)
  tagEverything(settings)
  const keys = new Keys('keys', { context })
  return { phase: settings.phase, weight: settings.weight, removal: settings.removal, keys: keys.arns }
}
