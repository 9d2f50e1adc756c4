import * as pulumi from '@pulumi/pulumi'
import { parseSettings, type Settings, SettingsError } from '../settings.ts'

/** The settings of the stack that Pulumi runs. What is wrong with them is told without a stack trace. */
export function settingsOfStack(): Settings {
  try {
    return parseSettings(pulumi.getStack(), pulumi.runtime.allConfig())
  } catch (error) {
    if (error instanceof SettingsError) throw new pulumi.RunError(error.message)
    throw error
  }
}
