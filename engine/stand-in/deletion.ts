/** Deletions that AWS refuses. Every bucket, repository and zone counts as used: it is not empty. */

import { canonical } from './replacements.ts'
import type { Thing, World } from './world.ts'

type Rule = (thing: Thing) => string | undefined

const unless =
  (input: string, error: string): Rule =>
  (thing) =>
    thing.inputs[input] === true ? undefined : error
const protectedBy =
  (input: string, error: string): Rule =>
  (thing) =>
    thing.inputs[input] === true ? error : undefined

const rules: Record<string, Rule> = {
  'aws:s3/bucket:Bucket': unless(
    'forceDestroy',
    'BucketNotEmpty: The bucket you tried to delete is not empty (set forceDestroy first)',
  ),
  'aws:ecr/repository:Repository': unless(
    'forceDelete',
    'RepositoryNotEmptyException: the repository still contains images (set forceDelete first)',
  ),
  'aws:route53/zone:Zone': unless(
    'forceDestroy',
    'HostedZoneNotEmpty: the hosted zone contains records that are not ours (set forceDestroy first)',
  ),
  'aws:autoscaling/group:Group': (thing) =>
    thing.inputs.forceDelete === true || thing.inputs.protectFromScaleIn !== true
      ? undefined
      : 'ResourceInUse: instances of the group are protected from scale-in (set forceDelete first)',
  'aws:lb/loadBalancer:LoadBalancer': protectedBy(
    'enableDeletionProtection',
    'OperationNotPermitted: Load balancer cannot be deleted because deletion protection is enabled',
  ),
  'aws:rds/cluster:Cluster': (thing) => {
    if (thing.inputs.deletionProtection === true)
      return 'InvalidParameterCombination: Cannot delete protected Cluster, please disable deletion protection and try again'
    if (thing.inputs.skipFinalSnapshot !== true && (thing.inputs.finalSnapshotIdentifier ?? null) === null)
      return 'finalSnapshotIdentifier is required when skipFinalSnapshot is false'
    return undefined
  },
  'aws:rds/instance:Instance': protectedBy(
    'deletionProtection',
    'InvalidParameterCombination: Cannot delete protected DB Instance',
  ),
  'aws:dynamodb/table:Table': protectedBy(
    'deletionProtectionEnabled',
    'ValidationException: Table cannot be deleted while deletion protection is enabled',
  ),
  'aws:lambda/function:Function': (thing) =>
    thing.inputs.replaceSecurityGroupsOnDestroy === true &&
    (thing.inputs.replacementSecurityGroupIds ?? null) === null
      ? 'replacementSecurityGroupIds must be set when replaceSecurityGroupsOnDestroy is'
      : undefined,
  'aws:cloudwatch/logGroup:LogGroup': protectedBy(
    'deletionProtectionEnabled',
    'OperationAbortedException: deletion protection is enabled for this log group',
  ),
}

/** Who must be gone first, and what AWS says otherwise. */
const inUse: Record<string, { by: string[]; error: string }> = {
  'aws:ec2/vpc:Vpc': {
    by: [
      'aws:ec2/subnet:Subnet',
      'aws:ec2/securityGroup:SecurityGroup',
      'aws:ec2/internetGateway:InternetGateway',
      'aws:ec2/vpcEndpoint:VpcEndpoint',
      'aws:ec2/routeTable:RouteTable',
      'aws:ec2/vpnGateway:VpnGateway',
    ],
    error: 'DependencyViolation: The vpc has dependencies and cannot be deleted',
  },
  'aws:ec2/subnet:Subnet': {
    by: [
      'aws:lambda/function:Function',
      'aws:ecs/service:Service',
      'aws:lb/loadBalancer:LoadBalancer',
      'aws:alb/loadBalancer:LoadBalancer',
      'aws:ec2/natGateway:NatGateway',
      'aws:ec2/vpcEndpoint:VpcEndpoint',
      'aws:rds/subnetGroup:SubnetGroup',
      'aws:autoscaling/group:Group',
      'aws:opensearch/domain:Domain',
    ],
    error: 'DependencyViolation: The subnet has dependencies and cannot be deleted',
  },
  'aws:ec2/securityGroup:SecurityGroup': {
    by: [
      'aws:lambda/function:Function',
      'aws:ecs/service:Service',
      'aws:lb/loadBalancer:LoadBalancer',
      'aws:alb/loadBalancer:LoadBalancer',
      'aws:ec2/vpcEndpoint:VpcEndpoint',
      'aws:rds/cluster:Cluster',
      'aws:ec2/launchTemplate:LaunchTemplate',
      'aws:opensearch/domain:Domain',
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
      'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
    ],
    error: 'DependencyViolation: the security group has a dependent object',
  },
  'aws:lb/targetGroup:TargetGroup': {
    by: [
      'aws:lb/listener:Listener',
      'aws:alb/listener:Listener',
      'aws:lb/listenerRule:ListenerRule',
      'aws:alb/listenerRule:ListenerRule',
    ],
    error: 'ResourceInUse: the target group is currently in use by a listener or a rule',
  },
  'aws:iam/role:Role': {
    by: [
      'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
      'aws:iam/rolePolicy:RolePolicy',
      'aws:iam/instanceProfile:InstanceProfile',
      'aws:lambda/function:Function',
    ],
    error: 'DeleteConflict: Cannot delete entity, must detach all policies and users first',
  },
  'aws:iam/policy:Policy': {
    by: ['aws:iam/rolePolicyAttachment:RolePolicyAttachment'],
    error: 'DeleteConflict: Cannot delete a policy attached to entities',
  },
  'aws:ecs/cluster:Cluster': {
    by: ['aws:ecs/service:Service'],
    error: 'ClusterContainsServicesException: The Cluster cannot be deleted while Services are active',
  },
  'aws:rds/cluster:Cluster': {
    by: ['aws:rds/clusterInstance:ClusterInstance'],
    error: 'InvalidDBClusterStateFault: Cluster cannot be deleted, it still contains DB instances',
  },
  'aws:rds/subnetGroup:SubnetGroup': {
    by: ['aws:rds/cluster:Cluster'],
    error: 'InvalidDBSubnetGroupStateFault: the subnet group is in use',
  },
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': {
    by: ['aws:rds/cluster:Cluster'],
    error:
      'InvalidDBParameterGroupState: One or more database clusters are still members of this parameter group',
  },
  'aws:autoscaling/group:Group': {
    by: ['aws:ecs/capacityProvider:CapacityProvider'],
    error: 'ResourceInUse: a capacity provider still manages the group',
  },
  'aws:ecs/capacityProvider:CapacityProvider': {
    by: ['aws:ecs/clusterCapacityProviders:ClusterCapacityProviders'],
    error: 'ResourceInUse: The capacity provider is in use by a cluster',
  },
}

/** AWS's reason not to delete a resource, or undefined. */
export const refusesDeletion = (thing: Thing, world: World): string | undefined => {
  const token = canonical(thing.token)
  const refused = rules[token]?.(thing)
  if (refused !== undefined) return refused
  const busy = inUse[token]
  const users = busy === undefined ? [] : world.users(thing, busy.by)
  return users.length === 0
    ? undefined
    : `${busy!.error}; still there: ${users
        .map((u) => u.urn.split('::').at(-1))
        .slice(0, 3)
        .join(', ')}`
}
