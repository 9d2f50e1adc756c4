import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import { type Flow, type Group, groups, type Outside } from './flows.ts'

export interface SecurityGroupsArgs {
  vpcId: pulumi.Input<string>
  /** Who may open a connection to whom; every rule comes from here. */
  flows: Flow[]
  /** Blocks of on-premises, such as 10.20.0.0/16. */
  onPremisesCidrs: string[]
  /** Prefix lists of the gateway endpoints. */
  prefixLists: Record<'s3' | 'dynamodb', pulumi.Input<string>>
}

type Rule = Pick<
  aws.vpc.SecurityGroupIngressRuleArgs,
  'referencedSecurityGroupId' | 'cidrIpv4' | 'prefixListId'
>

/** A group for each part, each rule naming the part on the other side; the VPC's default group lets nothing through. */
export class SecurityGroups extends Component {
  /** Ids of the groups. */
  readonly ids: Record<Group, pulumi.Output<string>>

  constructor(name: string, args: SecurityGroupsArgs, options?: pulumi.ComponentResourceOptions) {
    super('SecurityGroups', name, options)
    const { vpcId, flows, onPremisesCidrs, prefixLists } = args
    new aws.ec2.DefaultSecurityGroup(this.named('default'), { vpcId, ingress: [], egress: [] }, this.child())
    const createGroup = (group: Group) =>
      new aws.ec2.SecurityGroup(
        this.named(group),
        { vpcId, description: `payments-lift ${group}`, revokeRulesOnDelete: true },
        this.child(),
      )
    const made = Object.fromEntries(groups.map((group) => [group, createGroup(group)])) as Record<
      Group,
      aws.ec2.SecurityGroup
    >
    /** The other side of a rule; on-premises may be several blocks. */
    const sides = (side: Group | Outside): Rule[] => {
      if (side === 'world') return [{ cidrIpv4: '0.0.0.0/0' }]
      if (side === 'onPremises') return onPremisesCidrs.map((cidrIpv4) => ({ cidrIpv4 }))
      if (side === 's3' || side === 'dynamodb') return [{ prefixListId: prefixLists[side] }]
      return [{ referencedSecurityGroupId: made[side].id }]
    }
    const isGroup = (side: Group | Outside): side is Group => side in made

    for (const { from, to, port, why } of flows) {
      const common = { ipProtocol: 'tcp', fromPort: port, toPort: port, description: why }
      for (const [index, side] of sides(to).entries()) {
        if (!isGroup(from)) break
        new aws.vpc.SecurityGroupEgressRule(
          this.named(`${from}-to-${to}-${port}${index || ''}`),
          { securityGroupId: made[from].id, ...common, ...side },
          this.child(),
        )
      }
      for (const [index, side] of sides(from).entries()) {
        if (!isGroup(to)) break
        new aws.vpc.SecurityGroupIngressRule(
          this.named(`${to}-from-${from}-${port}${index || ''}`),
          { securityGroupId: made[to].id, ...common, ...side },
          this.child(),
        )
      }
    }
    this.ids = Object.fromEntries(groups.map((group) => [group, made[group].id])) as SecurityGroups['ids']
    this.registerOutputs({ ids: this.ids })
  }
}
