import { at, ofType } from '../find.ts'
import type { Rule } from '../rule.ts'

const billing: Rule = {
  name: 'stack-needs-billing-alerts',
  level: 'mandatory',
  lesson: 'A loop that nobody notices costs a month of salary over a weekend.',
  mend: 'Keep the BillingAlerts component in index.ts.',
  check: (resources) => {
    const has = (...types: string[]) => ofType(resources, ...types).length > 0
    const charges = ofType(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm').some(
      ({ inputs }) =>
        inputs.metricName === 'EstimatedCharges' &&
        inputs.region === 'us-east-1' &&
        at(inputs.dimensions, 'Currency') === 'USD',
    )
    return [
      ...(has('aws:budgets/budget:Budget') ? [] : [{ says: 'has no budget' }]),
      ...(has('aws:costexplorer/anomalyMonitor:AnomalyMonitor') &&
      has('aws:costexplorer/anomalySubscription:AnomalySubscription')
        ? []
        : [{ says: 'has no anomaly monitor that tells somebody' }]),
      ...(charges
        ? []
        : [{ says: 'has no alarm on EstimatedCharges in us-east-1, the one region that counts them' }]),
    ]
  },
}

export const costRules: Rule[] = [billing]
