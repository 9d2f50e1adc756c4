import type { WireObject } from '../../engine/stand-in/wire.ts'
import type { Row } from './refused-inputs.ts'

const filebeat = (registry: object) => ({
  family: 'filebeat',
  requiresCompatibilities: ['EC2'],
  volumes: [registry] as WireObject[],
  containerDefinitions: JSON.stringify([
    {
      name: 'filebeat',
      image: 'i',
      memory: 256,
      mountPoints: [{ sourceVolume: 'registry', containerPath: '/usr/share/filebeat/data' }],
    },
  ]),
})
const tokens = 'token.actions.githubusercontent.com'
const trust = ({ sub = 'repo:o/r:environment:prod', aud = 'sts.amazonaws.com' }) => ({
  assumeRolePolicy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${tokens}` },
        Condition: { StringEquals: { [`${tokens}:sub`]: sub, [`${tokens}:aud`]: aud } },
      },
    ],
  }),
})
const github = { token: 'aws:iam/role:Role', right: trust({}) }

/** Whom a role trusts, and what a container keeps. The numbers are those of AWS.md's facts. */
export const refusedAccess: Record<string, Row> = {
  'fact 15: a registry of Filebeat that goes with its container': {
    token: 'aws:ecs/taskDefinition:TaskDefinition',
    right: filebeat({ name: 'registry', hostPath: '/var/lib/filebeat' }),
    wrong: filebeat({ name: 'registry' }),
    says: ['containerDefinitions[0].mountPoints[0].sourceVolume', 'hostPath'],
  },
  'fact 40: a role for every environment of a repository': {
    ...github,
    wrong: trust({ sub: 'repo:o/r:environment:*' }),
    says: ['assumeRolePolicy', ':sub must be one repo:'],
  },
  'fact 40: a role for every branch': {
    ...github,
    wrong: trust({ sub: 'repo:o/r:ref:refs/heads/main' }),
    says: ['assumeRolePolicy', ':sub must be one repo:'],
  },
  'fact 40: a role for tokens that were made for others': {
    ...github,
    wrong: trust({ aud: 'https://github.com/o' }),
    says: ['assumeRolePolicy', ':aud must be sts.amazonaws.com'],
  },
}
