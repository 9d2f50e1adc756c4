/** Modules of Pulumi whose types Terraform names without them, or otherwise. */
const modules: Record<string, string> = {
  ec2: '',
  vpc: 'vpc',
  costexplorer: 'ce',
  directconnect: 'dx',
  servicediscovery: 'service_discovery',
}

/** Types that Terraform names in a way of its own. */
const exceptions: Record<string, string> = {
  'aws:ec2/flowLog:FlowLog': 'aws_flow_log',
  'aws:lb/loadBalancer:LoadBalancer': 'aws_lb',
  'aws:rds/instance:Instance': 'aws_db_instance',
  'aws:rds/parameterGroup:ParameterGroup': 'aws_db_parameter_group',
  'aws:rds/subnetGroup:SubnetGroup': 'aws_db_subnet_group',
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': 'aws_cloudwatch_log_subscription_filter',
}

const snake = (text: string) =>
  text.replace(/[A-Z]+(?![a-z])|[A-Z]/g, (letters) => `_${letters.toLowerCase()}`).replace(/^_/, '')

/** aws:lb/targetGroup:TargetGroup → aws_lb_target_group */
export function terraformType(type: string): string {
  const [, path = '', kind = ''] = type.split(':')
  const [module = ''] = path.split('/')
  const prefix = modules[module] ?? module
  return exceptions[type] ?? ['aws', prefix, snake(kind)].filter(Boolean).join('_')
}

/** A name that Terraform accepts, one a logical name. */
export const terraformName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_')

/** Plural names whose singular is not theirs without an s. */
const singulars: Record<string, string> = {
  policies: 'policy',
  aliases: 'alias',
  indices: 'index',
  capacity_provider_strategies: 'capacity_provider_strategy',
}

/** cacheBehaviors → cache_behavior for lists of blocks; the name as it is for everything else. */
export function terraformKey(key: string, isBlocks: boolean): string {
  const name = snake(key)
  if (!isBlocks) return name
  return singulars[name] ?? name.replace(/(?<!s)s$/, '')
}
