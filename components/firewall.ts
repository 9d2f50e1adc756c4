import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'

export interface FirewallArgs {
  context: Context
  /** ARN of the load balancer it stands before. */
  resourceArn: pulumi.Input<string>
  /** Requests that one address may make in five minutes; more are refused with 403. */
  requestsPerFiveMinutes: number
  /** KMS key of its log group. */
  logsKeyArn: pulumi.Input<string>
  /** How long refused requests are kept, in days. */
  logDays: number
}

/** AWS's managed rules, in the order in which they are asked. */
const managed: { name: string; countOnly?: string[] }[] = [
  { name: 'AWSManagedRulesAmazonIpReputationList' },
  // Merchants' servers stand at hosting providers; those are counted, not refused.
  { name: 'AWSManagedRulesAnonymousIpList', countOnly: ['HostingProviderIPList'] },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet' },
  { name: 'AWSManagedRulesCommonRuleSet' },
  { name: 'AWSManagedRulesSQLiRuleSet' },
]

const seen = (metricName: string) => ({
  cloudwatchMetricsEnabled: true,
  metricName,
  // Samples show request bodies; those here carry card numbers.
  sampledRequestsEnabled: false,
})

/** The web application firewall of the front door; what it refuses is logged, without credentials. */
export class Firewall extends Component {
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: FirewallArgs, options?: pulumi.ComponentResourceOptions) {
    super('Firewall', name, options)
    const { context, resourceArn, requestsPerFiveMinutes, logsKeyArn, logDays } = args
    const acl = new aws.wafv2.WebAcl(
      name,
      {
        name: context.name('webAcl', 'front-door'),
        scope: 'REGIONAL',
        defaultAction: { allow: {} },
        visibilityConfig: seen('frontDoor'),
        rules: [
          {
            name: 'rate',
            priority: 0,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: requestsPerFiveMinutes, aggregateKeyType: 'IP' } },
            visibilityConfig: seen('rate'),
          },
          ...managed.map(({ name: rule, countOnly = [] }, index) => ({
            name: rule,
            priority: index + 1,
            overrideAction: { none: {} },
            statement: {
              managedRuleGroupStatement: {
                vendorName: 'AWS',
                name: rule,
                ruleActionOverrides: countOnly.map((each) => ({ name: each, actionToUse: { count: {} } })),
              },
            },
            visibilityConfig: seen(rule),
          })),
        ],
      },
      this.child(),
    )
    new aws.wafv2.WebAclAssociation(this.named('front'), { resourceArn, webAclArn: acl.arn }, this.child())
    const group = new aws.cloudwatch.LogGroup(
      this.named('log'),
      {
        name: `aws-waf-logs-${context.name('webAcl', 'front-door')}`,
        kmsKeyId: logsKeyArn,
        retentionInDays: logDays,
      },
      this.kept(context),
    )
    new aws.wafv2.WebAclLoggingConfiguration(
      this.named('log'),
      {
        resourceArn: acl.arn,
        logDestinationConfigs: [group.arn],
        redactedFields: ['authorization', 'cookie', 'idempotency-key'].map((header) => ({
          singleHeader: { name: header },
        })),
        loggingFilter: {
          defaultBehavior: 'DROP',
          filters: [
            {
              behavior: 'KEEP',
              requirement: 'MEETS_ANY',
              conditions: [
                { actionCondition: { action: 'BLOCK' } },
                { actionCondition: { action: 'COUNT' } },
              ],
            },
          ],
        },
      },
      this.child(),
    )
    this.arn = acl.arn
    this.registerOutputs({ arn: this.arn })
  }
}
