import * as aws from '@pulumi/aws'
import { Vpc } from '@pulumi/awsx/ec2/vpc.js'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { endpointPolicy } from './endpoint-policy.ts'
import { FlowLogs } from './flow-logs.ts'
import type { Flow, Group } from './flows.ts'
import { Link, type LinkKind } from './link.ts'
import { SecurityGroups } from './security-groups.ts'

/** A zone and the blocks of its subnets; a zone added later leaves the others as they are. */
export interface Zone {
  /** Such as eu-central-1a. */
  name: string
  /** Front door and NAT. */
  public: string
  /** Everything that computes. */
  private: string
  /** Databases and search; no route to the internet. */
  data: string
}

export interface NetworkArgs {
  context: Context
  /** Block of the VPC: 10.40.0.0/16. */
  cidr: string
  /** Two or three. Add at the end only. */
  zones: Zone[]
  /** NAT gateways: none before `canary`, then one, or one a zone. */
  nat: 'none' | 'single' | 'perZone'
  /** AWS services reached inside the network besides {@link neededEndpoints}: `kms`, `sqs`, … */
  interfaceEndpoints: string[]
  /** Who may open a connection to whom. */
  flows: Flow[]
  onPremises: {
    /** Blocks: 10.20.0.0/16. */
    cidrs: string[]
    /** The way there; undefined once the source is left for good. */
    link: LinkKind | undefined
    /** Is the link about to go? */
    leaving: boolean
  }
  /** KMS key of the flow logs. */
  logsKeyArn: pulumi.Input<string>
  /** How long flow logs are kept, in days. */
  flowLogDays: number
}

/** What a Fargate task needs to start where there is no NAT. */
export const neededEndpoints = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'sts']

const natStrategy = { none: 'None', single: 'Single', perZone: 'OnePerAz' } as const
/** awsx makes route tables zone by zone: public, private, isolated. */
const tablesPerZone = 3

/** The network: explicit subnets in two or three zones, endpoints, the way on-premises, groups, flow logs. */
export class Network extends Component {
  readonly vpcId: pulumi.Output<string>
  readonly publicSubnetIds: pulumi.Output<string[]>
  readonly privateSubnetIds: pulumi.Output<string[]>
  readonly dataSubnetIds: pulumi.Output<string[]>
  /** Ids of the security groups, by part. */
  readonly groups: Record<Group, pulumi.Output<string>>
  /** Block of the VPC. */
  readonly cidr: string

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super('Network', name, options)
    const { context, cidr, zones, nat, interfaceEndpoints, flows, onPremises, logsKeyArn, flowLogDays } = args

    const vpc = new Vpc(
      this.named('vpc'),
      {
        cidrBlock: cidr,
        availabilityZoneNames: zones.map((zone) => zone.name),
        subnetStrategy: 'Auto',
        subnetSpecs: [
          { type: 'Public', cidrBlocks: zones.map((zone) => zone.public) },
          { type: 'Private', cidrBlocks: zones.map((zone) => zone.private) },
          { type: 'Isolated', name: 'data', cidrBlocks: zones.map((zone) => zone.data) },
        ],
        natGateways: { strategy: natStrategy[nat] },
        enableDnsHostnames: true,
        enableDnsSupport: true,
      },
      { parent: this },
    )
    // The number of route tables is known before their ids are, so nothing is made inside an apply.
    const routeTableIds = Array.from({ length: zones.length * tablesPerZone }, (_, index) =>
      vpc.routeTables.apply((tables) => tables[index]!.id),
    )
    const gateways = this.createGatewayEndpoints(context, vpc.vpcId, routeTableIds)
    const groups = new SecurityGroups(
      this.named('groups'),
      {
        vpcId: vpc.vpcId,
        flows,
        onPremisesCidrs: onPremises.cidrs,
        prefixLists: { s3: gateways.s3.prefixListId, dynamodb: gateways.dynamodb.prefixListId },
      },
      { parent: this },
    )
    for (const service of [...new Set([...neededEndpoints, ...interfaceEndpoints])]) {
      new aws.ec2.VpcEndpoint(
        this.named(`endpoint-${service}`),
        {
          vpcId: vpc.vpcId,
          serviceName: `com.amazonaws.${context.region}.${service}`,
          vpcEndpointType: 'Interface',
          privateDnsEnabled: true,
          subnetIds: vpc.privateSubnetIds,
          securityGroupIds: [groups.ids.endpoints],
        },
        this.child(),
      )
    }
    new FlowLogs(
      this.named('flowLogs'),
      { context, vpcId: vpc.vpcId, keyArn: logsKeyArn, retentionDays: flowLogDays },
      { parent: this },
    )
    if (onPremises.link) {
      new Link(
        this.named('link'),
        {
          context,
          vpcId: vpc.vpcId,
          vpcCidr: cidr,
          routeTableIds,
          via: onPremises.link,
          leaving: onPremises.leaving,
        },
        { parent: this },
      )
    }
    this.vpcId = vpc.vpcId
    this.publicSubnetIds = vpc.publicSubnetIds
    this.privateSubnetIds = vpc.privateSubnetIds
    this.dataSubnetIds = vpc.isolatedSubnetIds
    this.groups = groups.ids
    this.cidr = cidr
    this.registerOutputs({
      vpcId: this.vpcId,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      dataSubnetIds: this.dataSubnetIds,
    })
  }

  /** S3 and DynamoDB cost nothing inside the network; only principals of this account pass, and image layers. */
  private createGatewayEndpoints(
    context: Context,
    vpcId: pulumi.Input<string>,
    routeTableIds: pulumi.Input<string>[],
  ) {
    const create = (service: 's3' | 'dynamodb') =>
      new aws.ec2.VpcEndpoint(
        this.named(`endpoint-${service}`),
        {
          vpcId,
          serviceName: `com.amazonaws.${context.region}.${service}`,
          vpcEndpointType: 'Gateway',
          routeTableIds,
          policy: JSON.stringify(endpointPolicy(service, context)),
        },
        this.child(),
      )
    return { s3: create('s3'), dynamodb: create('dynamodb') }
  }
}
