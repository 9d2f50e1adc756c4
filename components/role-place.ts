import { project } from '../settings.ts'

/** Where the roles of a stack stand; the deploy role of its environment may manage those and no others. */
export const rolePath = (stack: string): string => `/${project}/${stack}/`

const boundaryPath = `/${project}/`
const boundaryName = 'boundary'

/** The policy that bounds every role of the project; account/ makes it, once in an account. */
export const boundary = { path: boundaryPath, name: boundaryName }
export const boundaryArn = (accountId: string, partition: string): string =>
  `arn:${partition}:iam::${accountId}:policy${boundaryPath}${boundaryName}`
