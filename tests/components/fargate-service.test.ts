import * as aws from '@pulumi/aws'
import test from 'ava'
import { Cluster } from '../../components/cluster.ts'
import { FargateService, type FargateServiceArgs } from '../../components/fargate-service.ts'
import { balancerIdleSeconds, keepAliveSeconds, logEnvironment } from '../../components/log-way.ts'
import { build, type Given } from './build.ts'
import { alertsTopicArn, network } from './parts.ts'
import { secure, statements } from './secure.ts'

const service = 'aws:ecs/service:Service'
const definition = 'aws:ecs/taskDefinition:TaskDefinition'

const make =
  (change: Partial<FargateServiceArgs> = {}) =>
  ({ context }: Given) => {
    const cluster = new Cluster('cluster', { context, keyArn: 'key', logDays: 400, alertsTopicArn })
    const listener = new aws.lb.Listener('listener', { loadBalancerArn: 'lb', defaultActions: [] })
    return void new FargateService('api', {
      context,
      cluster,
      tasks: { least: 2, most: 6 },
      network,
      task: {
        purpose: 'api',
        size: { cpu: '1 vCPU', memory: '2 GB' },
        containers: [
          {
            name: 'api',
            image: 'image@sha256:0',
            ports: [8443],
            environment: logEnvironment({ host: 'logs.example.com', port: 6514 }),
          },
        ],
        mayDo: [{ sid: 'Read', actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*'] }],
        repositoryArns: ['arn:aws:ecr:eu-central-1:333333333333:repository/api'],
        logsKeyArn: 'logs-key',
        logDays: 400,
      },
      targets: [{ targetGroupArn: 'group', container: 'api', port: 8443, listener }],
      ...change,
    })
  }

/** Built once, looked at by many. */
const prod = build(make())

test('a service has its secure defaults', async (t) => {
  const found = await prod
  secure(t, found, [
    [service, 'api-service', 'networkConfiguration.assignPublicIp', false],
    [service, 'api-service', 'networkConfiguration.securityGroups', ['sg-functions']],
    [service, 'api-service', 'deploymentCircuitBreaker.enable', true],
    [service, 'api-service', 'deploymentCircuitBreaker.rollback', true],
    [service, 'api-service', 'enableExecuteCommand', false],
    [service, 'api-service', 'waitForSteadyState', true],
    [service, 'api-service', 'launchType', 'FARGATE'],
    [service, 'api-service', 'deploymentMinimumHealthyPercent', 100],
    ['aws:cloudwatch/logGroup:LogGroup', 'api-task-log', 'kmsKeyId', 'logs-key'],
    ['aws:cloudwatch/logGroup:LogGroup', 'api-task-log', 'retentionInDays', 400],
    [definition, 'api-task-definition', 'networkMode', 'awsvpc'],
  ])
  const [container] = JSON.parse(
    String(found.get(definition, 'api-task-definition').inputs.containerDefinitions),
  )
  t.like(container, { readonlyRootFilesystem: true, privileged: false, user: '65532:65532' })
  t.deepEqual(container.linuxParameters.capabilities, { drop: ['ALL'] })
})

test('fact 6: the service waits for its listener', async (t) => {
  const found = await prod
  const { dependencies } = found.get(service, 'api-service')
  t.true(dependencies.includes(found.get('aws:lb/listener:Listener', 'listener').urn))
})

test('lesson 12: what runs and what starts it are two roles, and the code cannot pull images', async (t) => {
  const found = await prod
  const { propertyDependencies } = found.get(definition, 'api-task-definition')
  t.notDeepEqual(propertyDependencies.taskRoleArn, propertyDependencies.executionRoleArn)
  const code = statements(found, 'aws:iam/rolePolicy:RolePolicy', 'api-task-task')
  t.deepEqual(
    code.flatMap(({ Action }) => Action),
    ['s3:GetObject'],
  )
})

test('a rollback by the circuit breaker is told to people', async (t) => {
  const found = await prod
  const rule = found.get('aws:cloudwatch/eventRule:EventRule', 'cluster-failed')
  const pattern = JSON.parse(String(rule.inputs.eventPattern))
  t.deepEqual(pattern.detail, { eventName: ['SERVICE_DEPLOYMENT_FAILED'] })
  const arn = 'arn:aws:ecs:eu-central-1:333333333333:service/payments-lift-prod-tasks/payments-lift-prod-api'
  t.true(arn.startsWith(pattern.resources[0].prefix))
  t.is(found.get('aws:cloudwatch/eventTarget:EventTarget', 'cluster-failed').inputs.arn, alertsTopicArn)
})

test('up leaves the number of tasks to scaling, and to nothing where there is none', async (t) => {
  const scaled = await prod
  t.deepEqual(scaled.get(service, 'api-service').ignoreChanges, ['desiredCount'])
  t.like(scaled.get('aws:appautoscaling/target:Target', 'api-tasks').inputs, {
    minCapacity: 2,
    maxCapacity: 6,
    resourceId: 'service/payments-lift-prod-tasks/payments-lift-prod-api',
  })
  const fixed = await build(make({ tasks: { least: 3, most: 3 } }))
  t.deepEqual(fixed.get(service, 'api-service').ignoreChanges, [])
  t.is(fixed.all('aws:appautoscaling/target:Target').length, 0)
})

test('wrong numbers of tasks are refused, all at once', async (t) => {
  await t.throwsAsync(build(make({ tasks: { least: 3, most: 2 }, scaleAtPercent: 99 })), {
    message: /tasks.most is 2; write a whole number from 3 to 200\n.*scaleAtPercent is 99/,
  })
})

test('fact 9: senders speak before the balancer closes the connection', (t) => {
  t.true(keepAliveSeconds < balancerIdleSeconds)
  t.is(balancerIdleSeconds, 350)
  t.is(logEnvironment({ host: 'h', port: 1 }).LOG_KEEP_ALIVE_SECONDS, String(keepAliveSeconds))
})
