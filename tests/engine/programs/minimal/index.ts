import * as aws from '@pulumi/aws'
import * as awsx from '@pulumi/awsx'
import * as pulumi from '@pulumi/pulumi'

const config = new pulumi.Config()
const weight = config.getNumber('weight') ?? 0

const network = new awsx.ec2.Vpc('network', {
  cidrBlock: '10.20.0.0/16',
  subnetStrategy: 'Auto',
  availabilityZoneNames: ['us-east-1a', 'us-east-1b'],
  natGateways: { strategy: 'None' },
  subnetSpecs: [
    { type: 'Public', cidrBlocks: ['10.20.0.0/24', '10.20.1.0/24'] },
    { type: 'Isolated', cidrBlocks: ['10.20.16.0/24', '10.20.17.0/24'] },
  ],
})
const door = new aws.lb.LoadBalancer('door', { subnets: network.publicSubnetIds })
const group = (name: string) =>
  new aws.lb.TargetGroup(name, { port: 443, protocol: 'HTTPS', targetType: 'ip', vpcId: network.vpcId })
const listener = new aws.lb.Listener('door', {
  loadBalancerArn: door.arn,
  protocol: 'HTTPS',
  port: 443,
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1',
  defaultActions: [
    {
      type: 'forward',
      forward: {
        targetGroups: [
          { arn: group('old').arn, weight: 100 - weight },
          { arn: group('new').arn, weight },
        ],
      },
    },
  ],
})

export const listenerArn = listener.arn
export const cidrBlock = network.vpc.cidrBlock
