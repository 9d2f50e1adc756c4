import type { TestFn } from 'ava'
import { refusalPattern } from '../../components/settlement-refusals.ts'
import { matchesPattern } from './filter-pattern.ts'
import { settlementFile, type World } from './functions-world.ts'

/** What people see of a settlement file: its result, and the line that tells them. For one test file. */
export function settlementResultsTests(
  test: Pick<TestFn, 'serial'>,
  world: () => World,
  capture: (count: number) => Promise<string[]>,
): void {
  test.serial('settlement: a late event about an older version leaves the result of the newer', async (t) => {
    const [one, two] = await capture(2)
    const { upload, result, instance } = world()
    const settlement = await instance(t, 'settlement')
    const older = await upload('twice.csv', settlementFile('OLDER', [{ payment: one!, amount: 1 }]))
    const newer = await upload('twice.csv', settlementFile('NEWER', [{ payment: two!, amount: 100 }]))
    await settlement.invoke(older)
    t.like(JSON.parse((await result('twice.csv.result.json'))!), { file: 'OLDER' })
    const refused = await result('twice.csv.refused.csv')
    await settlement.invoke(newer)
    const right = await result('twice.csv.result.json')
    t.like(JSON.parse(right!), { file: 'NEWER', settled: 1 })
    await settlement.invoke(older)
    t.is(await result('twice.csv.result.json'), right)
    t.is(await result('twice.csv.refused.csv'), refused)
    t.regex(settlement.output, /a later version of the settlement file has its result/)
    await settlement.invoke(newer)
    t.is(await result('twice.csv.result.json'), right, 'the same event writes the same again')
  })

  test.serial(
    'settlement: what is rejected or refused is a line that the alarm counts, what is not is not',
    async (t) => {
      const [id, other] = await capture(2)
      const { upload, instance } = world()
      const told = async (key: string, text: string): Promise<number> => {
        const settlement = await instance(t, 'settlement')
        await settlement.invoke(await upload(key, text))
        const lines = settlement.output.split('\n').filter((line) => line.startsWith('{'))
        t.true(lines.length > 0)
        return lines.filter((line) => matchesPattern(refusalPattern, JSON.parse(line))).length
      }
      const whole = [{ payment: id!, amount: 100 }]
      t.is(await told('told-1.csv', settlementFile('TOLD-1', whole)), 0)
      t.is(
        await told('told-2.csv', settlementFile('TOLD-2', [...whole, { payment: other!, amount: 100 }])),
        1,
      )
      t.is(await told('told-3.csv', settlementFile('TOLD-3', whole).slice(0, -9)), 1)
    },
  )
}
