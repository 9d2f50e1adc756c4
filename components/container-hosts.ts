import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { hostStatements, hostUserData } from './host-role.ts'
import { hostImage } from './instance-type.ts'
import { policy, trust } from './policies.ts'
import { outside, refuse } from './refuse.ts'

export interface ContainerHostsArgs {
  context: Context
  /** Such as m7g.large; Graviton and x86 get the image that fits. */
  instanceType: string
  /** The least hosts; scaling adds up to twice as many, and replaces them one after the other. */
  hosts: number
  /** Disk of a host, in GB. Default: 50. */
  diskGb?: number
  /** KMS key of the disks; it grants itself to the role of Auto Scaling. */
  diskKeyArn: pulumi.Input<string>
  network: { subnetIds: pulumi.Input<string[]>; securityGroupId: pulumi.Input<string> }
  /** Tags of the hosts and their disks; Auto Scaling does not get them from the stack. */
  tags: Record<string, string>
}

/** Container hosts: a cluster of its own, since a cluster's list of capacity providers has one owner. */
export class ContainerHosts extends Component {
  /** Known in a preview. */
  readonly clusterName: string
  readonly clusterArn: pulumi.Output<string>
  readonly capacityProvider: pulumi.Output<string>
  /** Services wait for this, and go before it. */
  readonly association: aws.ecs.ClusterCapacityProviders

  constructor(name: string, args: ContainerHostsArgs, options?: pulumi.ComponentResourceOptions) {
    super('ContainerHosts', name, options)
    const { context, instanceType, hosts, diskGb = 50 } = args
    refuse('ContainerHosts', name, [
      ...outside('hosts', hosts, 1, 100),
      ...outside('diskGb', diskGb, 30, 1000),
      ...(/^[a-z0-9-]+\.[a-z0-9-]+$/.test(instanceType)
        ? []
        : [`instanceType is ${instanceType}; write one such as m7g.large`]),
    ])
    this.clusterName = context.name('cluster', 'hosts')
    const cluster = new aws.ecs.Cluster(
      this.named('cluster'),
      { name: this.clusterName, settings: [{ name: 'containerInsights', value: 'enhanced' }] },
      this.child(),
    )
    const group = this.createGroup(args, this.createTemplate(args, diskGb), hosts)
    const provider = new aws.ecs.CapacityProvider(
      this.named('provider'),
      {
        // Not autonamed: the name must not start with aws, ecs or fargate.
        name: context.name('capacityProvider', 'hosts'),
        autoScalingGroupProvider: {
          autoScalingGroupArn: group.arn,
          managedTerminationProtection: 'ENABLED',
          managedDraining: 'ENABLED',
          managedScaling: { status: 'ENABLED', targetCapacity: 100 },
        },
      },
      this.child(),
    )
    this.association = new aws.ecs.ClusterCapacityProviders(
      this.named('providers'),
      {
        clusterName: cluster.name,
        capacityProviders: [provider.name],
        defaultCapacityProviderStrategies: [{ capacityProvider: provider.name, weight: 1 }],
      },
      this.child(),
    )
    this.clusterArn = cluster.arn
    this.capacityProvider = provider.name
    this.registerOutputs({ clusterName: this.clusterName, capacityProvider: this.capacityProvider })
  }

  private createTemplate(
    { context, instanceType, diskKeyArn, network, tags }: ContainerHostsArgs,
    diskGb: number,
  ): aws.ec2.LaunchTemplate {
    const role = new aws.iam.Role(
      this.named('role'),
      { assumeRolePolicy: trust('ec2.amazonaws.com', context.accountId) },
      this.child(),
    )
    const allowed = new aws.iam.RolePolicy(
      this.named('role'),
      { role: role.name, policy: policy(hostStatements(context, this.clusterName)) },
      this.child(),
    )
    const profile = new aws.iam.InstanceProfile(
      this.named('profile'),
      { role: role.name },
      this.child({ dependsOn: [allowed] }),
    )
    return new aws.ec2.LaunchTemplate(
      this.named('template'),
      {
        imageId: hostImage(instanceType),
        instanceType,
        iamInstanceProfile: { arn: profile.arn },
        userData: Buffer.from(hostUserData(this.clusterName)).toString('base64'),
        updateDefaultVersion: true,
        // One hop: tasks in bridge mode do not reach the host's credentials.
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpTokens: 'required',
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: 'disabled',
        },
        networkInterfaces: [
          {
            associatePublicIpAddress: 'false',
            securityGroups: [network.securityGroupId],
            deleteOnTermination: 'true',
          },
        ],
        blockDeviceMappings: [
          {
            deviceName: '/dev/xvda',
            ebs: {
              volumeType: 'gp3',
              volumeSize: diskGb,
              encrypted: 'true',
              kmsKeyId: diskKeyArn,
              deleteOnTermination: 'true',
            },
          },
        ],
        monitoring: { enabled: true },
        tagSpecifications: ['instance', 'volume'].map((resourceType) => ({ resourceType, tags })),
      },
      this.child(),
    )
  }

  private createGroup(
    { context, network, tags }: ContainerHostsArgs,
    template: aws.ec2.LaunchTemplate,
    hosts: number,
  ): aws.autoscaling.Group {
    // ECS adds this tag by itself; without it here every `up` would take it away again.
    const all = { ...tags, AmazonECSManaged: 'true' }
    return new aws.autoscaling.Group(
      this.named('group'),
      {
        minSize: hosts,
        maxSize: hosts * 2,
        vpcZoneIdentifiers: network.subnetIds,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        // Managed termination protection needs it: ECS lifts it from a host when its tasks are gone.
        protectFromScaleIn: true,
        healthCheckType: 'EC2',
        healthCheckGracePeriod: 120,
        instanceRefresh: {
          strategy: 'Rolling',
          preferences: {
            minHealthyPercentage: 100,
            maxHealthyPercentage: 200,
            scaleInProtectedInstances: 'Refresh',
          },
        },
        enabledMetrics: ['GroupInServiceInstances', 'GroupDesiredCapacity'],
        forceDelete: context.disposable,
        tags: Object.entries(all).map(([key, value]) => ({ key, value, propagateAtLaunch: true })),
      },
      this.child(),
    )
  }
}
