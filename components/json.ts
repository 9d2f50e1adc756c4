import * as pulumi from '@pulumi/pulumi'

const sources = new WeakMap<object, unknown>()

/**
 * JSON text of a value that may hold outputs, for arguments that AWS takes as text (container definitions,
 * dashboards). Use it instead of `pulumi.jsonStringify`: a text is unknown in a preview as soon as one ARN in it is,
 * and the offline preview shows the rest of it all the same.
 */
export function json(value: pulumi.Input<unknown>): pulumi.Output<string> {
  const text = pulumi.jsonStringify(value)
  sources.set(text, value)
  return text
}

/** What a text made by {@link json} was made from; for the offline preview. */
export const jsonSource = (text: object): unknown => sources.get(text)
