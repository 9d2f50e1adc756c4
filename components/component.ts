import * as pulumi from '@pulumi/pulumi'
import { project } from '../settings.ts'

/**
 * What every component here is. Its type is `payments-lift:aws:<Kind>`; its children are named after it
 * (`frontDoor` → `frontDoor-listener`) and have it as parent, and it refuses those that do not.
 */
export abstract class Component extends pulumi.ComponentResource {
  readonly #name: string

  constructor(kind: string, name: string, options: pulumi.ComponentResourceOptions = {}) {
    super(`${project}:aws:${kind}`, name, {}, { ...options, transformations: [refuseStrangers(kind, name)] })
    this.#name = name
  }

  /** A child's logical name. Keep it short: AWS names end in Pulumi's suffix and some may have 32 characters. */
  protected named(part: string): string {
    return `${this.#name}-${part}`
  }

  /** A child's options: this component as parent. */
  protected child(options: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { parent: this, ...options }
  }

  /**
   * Options of a child that holds state (database, bucket, key, log group, secret, table): protected, unless the
   * stack is disposable.
   */
  protected kept(
    { disposable }: { disposable: boolean },
    options: pulumi.CustomResourceOptions = {},
  ): pulumi.CustomResourceOptions {
    return { parent: this, protect: !disposable, ...options }
  }
}

/** Sees every child of a component, and theirs, at the moment it is made. */
const refuseStrangers =
  (kind: string, parent: string): pulumi.ResourceTransformation =>
  ({ name, type }) => {
    if (name === parent || name.startsWith(`${parent}-`)) return undefined
    throw new Error(
      `${kind} ${parent} has a child ${name} (${type}) that is not named after it; name it ${parent}-${name}.`,
    )
  }
