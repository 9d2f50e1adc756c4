import type { GetScheduleCommandOutput } from '@aws-sdk/client-scheduler'
import type { ScheduleState, Schedules } from '../schedules/schedules.ts'
import { calling, lazily, patience } from './service.ts'

export interface ScheduleName {
  group: string
  name: string
}

/** The schedules of a stack in EventBridge Scheduler. */
export function eventbridgeSchedules(names: readonly ScheduleName[], region?: string): Schedules {
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-scheduler')
    return { sdk, client: new sdk.SchedulerClient({ ...patience, ...(region && { region }) }) }
  })

  async function read({ group, name }: ScheduleName): Promise<GetScheduleCommandOutput> {
    const { client, sdk } = await load()
    return calling('scheduler:GetSchedule', `${group}/${name}`, () =>
      client.send(new sdk.GetScheduleCommand({ GroupName: group, Name: name })),
    )
  }

  return {
    kind: 'eventbridge',
    list: () =>
      Promise.all(
        names.map(async (each): Promise<ScheduleState> => {
          const { State, ScheduleExpression = '?' } = await read(each)
          return { name: inOne(each), fires: State !== 'DISABLED', expression: ScheduleExpression }
        }),
      ),
    async set(wanted, fires) {
      const found = names.find((each) => inOne(each) === wanted)
      if (!found)
        throw new Error(`the stack has no schedule ${wanted} any more; look in EventBridge Scheduler`)
      const { Arn, CreationDate, LastModificationDate, $metadata, ...standing } = await read(found)
      const State = fires ? 'ENABLED' : 'DISABLED'
      if (standing.State === State) return
      const { client, sdk } = await load()
      // What is not sent is reset. A start that is past may not be sent: it has begun, and goes on.
      const { StartDate, ScheduleExpression, Target, FlexibleTimeWindow, ...rest } = standing
      const later = StartDate && StartDate.getTime() > Date.now() ? { StartDate } : {}
      await calling('scheduler:UpdateSchedule', wanted, () =>
        client.send(
          new sdk.UpdateScheduleCommand({
            ...rest,
            ...later,
            ScheduleExpression,
            Target,
            FlexibleTimeWindow,
            GroupName: found.group,
            Name: found.name,
            State,
          }),
        ),
      )
    },
  }
}

const inOne = ({ group, name }: ScheduleName): string => `${group}/${name}`
