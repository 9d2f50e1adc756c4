/**
 * Types of this program that take `tags`. A test compares the list with @pulumi/aws: a type that is missing here,
 * or that takes none, fails it.
 */
export const taggable: ReadonlySet<string> = new Set([
  'aws:cloudwatch/logGroup:LogGroup',
  'aws:ec2/customerGateway:CustomerGateway',
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
  'aws:ec2/eip:Eip',
  'aws:ec2/flowLog:FlowLog',
  'aws:ec2/internetGateway:InternetGateway',
  'aws:ec2/natGateway:NatGateway',
  'aws:ec2/routeTable:RouteTable',
  'aws:ec2/securityGroup:SecurityGroup',
  'aws:ec2/subnet:Subnet',
  'aws:ec2/vpc:Vpc',
  'aws:ec2/vpcEndpoint:VpcEndpoint',
  'aws:ec2/vpnConnection:VpnConnection',
  'aws:ec2/vpnGateway:VpnGateway',
  'aws:iam/role:Role',
  'aws:kms/key:Key',
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
])
