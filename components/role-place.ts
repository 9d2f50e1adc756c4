import { project } from '../settings.ts'

/** Below it stand the roles of every stack. */
const projectPath = `/${project}/`
/** Where the roles of a stack stand; the deploy role of its environment may manage those and no others. */
export const rolePath = (stack: string): string => `${projectPath}${stack}/`
/** Every role of the project in an account. */
export const allRoles = (accountId: string, partition: string): string =>
  `arn:${partition}:iam::${accountId}:role${projectPath}*`

const boundaryName = 'boundary'

/** The policy that bounds every role of the project; account/ makes it, once in an account. */
export const boundary = { path: projectPath, name: boundaryName }
export const boundaryArn = (accountId: string, partition: string): string =>
  `arn:${partition}:iam::${accountId}:policy${projectPath}${boundaryName}`
