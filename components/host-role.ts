import type { Context } from './context.ts'
import { anyResource, type Statement } from './policies.ts'

/**
 * What the ECS agent of a host may do: take part in its own cluster. Pulling images and writing logs are the tasks'
 * execution roles'. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
 */
export const hostStatements = (context: Context, clusterName: string): Statement[] => {
  const cluster = context.arn('ecs', `cluster/${clusterName}`)
  return [
    {
      sid: 'FindEcs',
      actions: ['ecs:DiscoverPollEndpoint'],
      resources: anyResource('ecs:DiscoverPollEndpoint knows no resource'),
    },
    {
      sid: 'JoinCluster',
      actions: ['ecs:RegisterContainerInstance', 'ecs:DeregisterContainerInstance'],
      resources: [cluster],
    },
    {
      sid: 'WorkInCluster',
      actions: [
        'ecs:Poll',
        'ecs:StartTelemetrySession',
        'ecs:UpdateContainerInstancesState',
        'ecs:SubmitContainerStateChange',
        'ecs:SubmitTaskStateChange',
        'ecs:SubmitAttachmentStateChanges',
        'ecs:PutSystemLogEvents',
      ],
      resources: [cluster, context.arn('ecs', `container-instance/${clusterName}/*`)],
    },
    {
      sid: 'TagHost',
      actions: ['ecs:TagResource'],
      resources: [context.arn('ecs', `container-instance/${clusterName}/*`)],
    },
    {
      sid: 'ReadOwnTags',
      actions: ['ec2:DescribeTags'],
      resources: anyResource('ec2:DescribeTags knows no resource'),
    },
  ]
}

/**
 * How a host starts its agent. Role-based log writing must be on, or tasks with a log driver find no host. An agent that
 * is to hand on the host's tags and may not read them does not register its host.
 */
export const hostUserData = (clusterName: string): string =>
  [
    '#!/bin/bash',
    'cat <<EOF >> /etc/ecs/ecs.config',
    `ECS_CLUSTER=${clusterName}`,
    'ECS_ENABLE_TASK_IAM_ROLE=true',
    'ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true',
    'ECS_DISABLE_PRIVILEGED=true',
    'ECS_AVAILABLE_LOGGING_DRIVERS=["json-file","awslogs"]',
    'ECS_IMAGE_PULL_BEHAVIOR=once',
    'ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance',
    'EOF',
    'mkdir -p /var/lib/filebeat && chmod 700 /var/lib/filebeat',
  ].join('\n')
