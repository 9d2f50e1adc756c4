import test from 'ava'
import { poolersGate } from '../../migration/gate/poolers.ts'
import { agent } from './fake-agent.ts'

const route = { side: 'target' as const, host: '127.0.0.1', port: 5432 }
const routes = { place: 'here', read: () => Promise.reject(new Error('not read')), write: async () => {} }
const key = async () => ''

test('a pooler that was added since those known were found is told too, and delays none of them', async (t) => {
  const [first, second, third] = [await agent(t), await agent(t), await agent(t)]
  const asked: string[][] = []
  let stand = [first, second]
  const find = async () => {
    asked.push([...first.acts])
    return stand.map(({ url }) => url)
  }
  const gate = poolersGate({ find, key, routes, addressOf: () => route })
  t.teardown(() => gate.close())
  await gate.pause(2, 100)
  stand = [second, first, third]
  await gate.send(3, route)
  t.deepEqual(third.acts, ['send'])
  t.deepEqual([first.acts, second.acts], Array(2).fill(['pause', 'send']))
  t.deepEqual(asked.at(-1), ['pause', 'send'], 'the known ones are open before it is asked who else stands')

  const fourth = await agent(t)
  stand = [first, second, fourth]
  await gate.resume(5)
  t.deepEqual(fourth.acts, ['resume'])
})

test('a pooler that was added and does not answer yet is named, for whoever settles to try again', async (t) => {
  const [known, away] = [await agent(t), await agent(t)]
  let stand = [known]
  const gate = poolersGate({
    find: async () => stand.map(({ url }) => url),
    key,
    routes,
    addressOf: () => route,
  })
  t.teardown(() => gate.close())
  await gate.pause(2, 100)
  stand = [known, away]
  away.server.close()
  await t.throwsAsync(gate.send(3, route), { message: new RegExp(away.url) })
  t.deepEqual(known.acts, ['pause', 'send'])
})

test('where nobody can say which poolers stand, those known are told, and it is said', async (t) => {
  const known = await agent(t)
  let ask = async () => [known.url]
  const gate = poolersGate({ find: () => ask(), key, routes, addressOf: () => route })
  t.teardown(() => gate.close())
  await gate.pause(2, 100)
  ask = () => Promise.reject(new Error('ecs:ListTasks: no answer'))
  await t.throwsAsync(gate.send(3, route), {
    message:
      /^the poolers that were known are told; whether one was added since .*: ecs:ListTasks: no answer$/,
  })
  t.deepEqual(known.acts, ['pause', 'send'])
})
