import test from 'ava'
import { StaleTokenError } from '../../migration/epoch.ts'
import { agentsGate } from '../../migration/gate/agents.ts'
import { PauseTimeoutError } from '../../migration/gate/gate.ts'
import { agent } from './fake-agent.ts'

const route = { side: 'target' as const, host: '127.0.0.1', port: 5432 }

test('one agent that is away keeps no other paused', async (t) => {
  const [away, here] = [await agent(t), await agent(t)]
  away.server.close()
  const gate = agentsGate([away.url, here.url], () => route)
  t.teardown(() => gate.close())
  await t.throwsAsync(gate.send(3, route), { message: new RegExp(away.url) })
  t.deepEqual(here.acts, ['send'])
})

test('when one cannot pause, those that did are opened again', async (t) => {
  const [busy, quick] = [await agent(t, 503), await agent(t)]
  const gate = agentsGate([busy.url, quick.url], () => route)
  t.teardown(() => gate.close())
  await t.throwsAsync(gate.pause(2, 100), { instanceOf: PauseTimeoutError, message: new RegExp(busy.url) })
  t.deepEqual(quick.acts, ['pause', 'resume'])
})

test('an agent that has obeyed a newer token refuses, and says which', async (t) => {
  const one = await agent(t)
  const gate = agentsGate([one.url], () => route)
  t.teardown(() => gate.close())
  await gate.send(7, route)
  await t.throwsAsync(gate.pause(4, 100), {
    instanceOf: StaleTokenError,
    message: /epoch 3 is already settled/,
  })
  t.deepEqual(one.acts, ['send'])
})
