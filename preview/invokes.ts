import type { Inputs, Json } from './values.ts'

/** What the outside world would answer: AWS data sources, and what the last `up` exported. */
export interface Invokes {
  invoke(token: string, args: Inputs): Inputs
  read(type: string, id: string): Inputs
}

export interface World {
  region: string
  accountId: string
  /** What the stack exported at its last `up`; undefined when it was never deployed. */
  deployed?: Inputs | undefined
  /** Parameters that stand in SSM, by name: a hold, for instance. */
  parameters?: Record<string, string>
}

export function invokesOf({ region, accountId, deployed, parameters = {} }: World): Invokes {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  const answers: Record<string, (args: Inputs) => Inputs> = {
    'aws:index/getCallerIdentity:getCallerIdentity': () => ({
      accountId,
      arn: `arn:${partition}:iam::${accountId}:role/preview`,
      id: accountId,
      userId: 'preview',
    }),
    'aws:index/getRegion:getRegion': (args) => ({
      region: args.region ?? region,
      name: args.region ?? region,
      id: args.region ?? region,
      description: '',
      endpoint: `ec2.${region}.amazonaws.com`,
    }),
    'aws:index/getPartition:getPartition': () => ({
      partition,
      id: partition,
      dnsSuffix: 'amazonaws.com',
      reverseDnsPrefix: 'com.amazonaws',
    }),
    'aws:index/getAvailabilityZones:getAvailabilityZones': () => ({
      id: region,
      region,
      names: ['a', 'b', 'c'].map((letter) => `${region}${letter}`),
      zoneIds: [],
      groupNames: [region],
    }),
    'aws:ssm/getParametersByPath:getParametersByPath': (args) => {
      const below = Object.keys(parameters)
        .filter((name) => name.startsWith(`${String(args.path)}/`))
        .toSorted()
      return {
        id: args.path as Json,
        path: args.path as Json,
        region,
        names: below,
        values: below.map((name) => parameters[name]!),
        types: below.map(() => 'String'),
        arns: below.map((name) => `arn:${partition}:ssm:${region}:${accountId}:parameter${name}`),
      }
    },
  }
  return {
    invoke(token, args) {
      const known = answers[token]
      if (!known)
        throw new Error(`the offline preview has no answer to ${token}; give it one in preview/invokes.ts`)
      return known(args)
    },
    read(type, id) {
      if (type !== 'pulumi:pulumi:StackReference')
        throw new Error(`the offline preview cannot read ${type} ${id}`)
      return { name: id, outputs: deployed ?? {}, secretOutputNames: [] }
    },
  }
}
