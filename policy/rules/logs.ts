import { ofType, refers } from '../find.ts'
import type { Resource, Rule } from '../rule.ts'

const groups = (resources: readonly Resource[]) => ofType(resources, 'aws:cloudwatch/logGroup:LogGroup')

const retention: Rule = {
  name: 'log-group-needs-retention',
  level: 'mandatory',
  lesson: 'Lines that nobody ever deletes are paid for ever, and kept longer than card data may be.',
  mend: 'Set retentionInDays from the settings.',
  check: (resources) =>
    groups(resources)
      .filter(({ inputs }) => !Number(inputs.retentionInDays))
      .map((resource) => ({ resource, says: 'keeps its lines for ever' })),
}

const key: Rule = {
  name: 'log-group-needs-key',
  level: 'mandatory',
  lesson: 'Whoever may read logs reads payments; a key of ours decides who that is.',
  mend: 'Set kmsKeyId to the key of the class logs.',
  check: (resources) =>
    groups(resources)
      .filter(({ inputs }) => !inputs.kmsKeyId)
      .map((resource) => ({ resource, says: 'is not encrypted with a key of ours' })),
}

const cards: Rule = {
  name: 'log-group-needs-card-protection',
  level: 'mandatory',
  lesson: 'One card number in a log brings the log, and everybody who reads it, under PCI DSS.',
  mend: 'Use the LogGroup component, or give the group a LogDataProtectionPolicy that masks CreditCardNumber.',
  check: (resources) => {
    const policies = ofType(
      resources,
      'aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy',
    ).filter(({ inputs }) =>
      /CreditCardNumber.*Deidentify/s.test(JSON.stringify(inputs.policyDocument ?? '')),
    )
    return groups(resources)
      .filter((group) => !policies.some((policy) => refers(policy, 'logGroupName', group)))
      .map((resource) => ({ resource, says: 'does not mask card numbers' }))
  },
}

const runbook: Rule = {
  name: 'alarm-needs-runbook',
  level: 'mandatory',
  lesson: 'At 02:00 an alarm without a page that answers it is noise.',
  mend: 'Make alarms with createAlarm and name a runbook of runbooks/.',
  check: (resources, { exists }) =>
    ofType(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm').flatMap((resource) => {
      const file = /runbooks\/[\w-]+\.md/.exec(String(resource.inputs.alarmDescription ?? ''))?.[0]
      if (!file) return [{ resource, says: 'names no runbook' }]
      return exists(file) ? [] : [{ resource, says: `names ${file}, which is not there` }]
    }),
}

export const logRules: Rule[] = [retention, key, cards, runbook]
