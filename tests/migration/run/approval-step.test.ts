import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { approvalStep } from '../../../migration/run/approval-step.ts'
import type { StepContext } from '../../../migration/steps/step.ts'
import { fileStore } from '../../../migration/store/files.ts'
import { testSandbox } from '../../postgres.ts'
import { until } from '../../until.ts'

test('who waits for approvers says so again and again: a silent session is ended', async (t) => {
  const store = fileStore(mkdtempSync(join(testSandbox().dir, 'approvals-')))
  const request = {
    run: 'a-run',
    runbook: 'cutover',
    step: 'prepare',
    by: 'dora',
    at: '2026-01-01T00:00:00Z',
    required: 1,
    approvers: ['anna'],
  }
  const said: string[] = []
  const context = { say: (text: string) => said.push(text), interrupted: false } as unknown as StepContext
  const step = approvalStep({ store, request, execute: true, problem: () => undefined, remindsMs: 1 })
  const waiting = step.check!(context)
  await until(async () => said.filter((line) => line === 'waiting for 1').length >= 2)
  context.interrupted = true
  await t.throwsAsync(waiting, { message: /interrupted/ })
})
