import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { meanings, type Phase } from '../phases.ts'
import { createAlarm } from './alarm.ts'
import { boardAlarms } from './board-alarms.ts'
import { boardPlots, type Watched } from './board-plots.ts'
import { layout } from './board-widgets.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { json } from './json.ts'

export interface MigrationBoardArgs {
  context: Context
  phase: Phase
  /** What there is to watch in this phase. */
  watched: Watched
  /** ARNs of the alarms that other components made. */
  alarmArns: pulumi.Input<string>[]
  alertsTopicArn: pulumi.Input<string>
}

/** A CloudWatch board shows at most so many alarms in one widget. */
const mostAlarms = 100

/** One page that says where the lift stands, and the alarms on what no single component owns. */
export class MigrationBoard extends Component {
  /** Known in a preview. */
  readonly dashboardName: string
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: MigrationBoardArgs, options?: pulumi.ComponentResourceOptions) {
    super('MigrationBoard', name, options)
    const { context, phase, watched, alarmArns, alertsTopicArn } = args
    this.alarmArns = Object.entries(boardAlarms(watched)).map(
      ([part, alarm]) =>
        createAlarm(this.named(part), { context, topicArn: alertsTopicArn, ...alarm }, this.child()).arn,
    )
    this.dashboardName = `payments-lift-${context.stack}`
    const { requestsGoTo, systemOfRecord, runbook } = meanings[phase]
    // The weight is not in the text: a move of weight changes the listener and nothing else.
    const text = [
      `# payments-lift ${context.stack}: ${phase}`,
      `Requests go to **${requestsGoTo}** · system of record **${systemOfRecord}** · runbook \`runbooks/${runbook}\``,
    ].join('\n\n')
    new aws.cloudwatch.Dashboard(
      this.named('dashboard'),
      {
        dashboardName: this.dashboardName,
        dashboardBody: json({
          widgets: layout(
            context.region,
            text,
            [...this.alarmArns, ...alarmArns].slice(0, mostAlarms),
            boardPlots(watched),
          ),
        }),
      },
      this.child(),
    )
    this.registerOutputs({ dashboardName: this.dashboardName })
  }
}
