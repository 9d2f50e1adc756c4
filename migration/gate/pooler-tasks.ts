import type { Task } from '@aws-sdk/client-ecs'
import { calling, lazily, patience } from '../aws/service.ts'

/** Finds the agents of a service's running tasks: `https://10.0.1.7:8432`. They change when a task is replaced. */
export function poolerTasks(
  cluster: string,
  service: string,
  agentPort: number,
  region?: string,
): () => Promise<string[]> {
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-ecs')
    return { sdk, client: new sdk.ECSClient({ ...patience, ...(region && { region }) }) }
  })
  return async () => {
    const { client, sdk } = await load()
    const taskArns = await calling('ecs:ListTasks', `${cluster}/${service}`, async () => {
      const arns: string[] = []
      const pages = sdk.paginateListTasks(
        { client },
        { cluster, serviceName: service, desiredStatus: 'RUNNING' },
      )
      for await (const page of pages) arns.push(...(page.taskArns ?? []))
      return arns
    })
    if (taskArns.length === 0) return []
    const { tasks = [] } = await calling('ecs:DescribeTasks', `${cluster}/${service}`, () =>
      client.send(new sdk.DescribeTasksCommand({ cluster, tasks: taskArns })),
    )
    return tasks
      .map(addressOf)
      .filter((address) => address !== undefined)
      .sort()
      .map((address) => `https://${address}:${agentPort}`)
  }
}

const addressOf = ({ attachments = [] }: Task): string | undefined =>
  attachments.flatMap(({ details = [] }) => details).find(({ name }) => name === 'privateIPv4Address')?.value
