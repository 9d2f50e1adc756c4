import { ArgsError } from '../args.ts'
import { type View, viewSchema } from './view.ts'

/** A report as it was written. What ran the pull request's code wrote it, so it is checked and never trusted. */
export function readView(text: string): View {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new ArgsError('the report is not JSON; write it with npm run preview -- --base REF --json')
  }
  const result = viewSchema.safeParse(json)
  if (result.success) return result.data
  const { path, message } = result.error.issues[0]!
  throw new ArgsError(`the report cannot be used: ${path.join('.') || 'it'}: ${message}`)
}
