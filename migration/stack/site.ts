import { type Login, parseLogin } from '../aws/secrets.ts'
import { completeSite, type Site } from '../site.ts'
import type { SiteOutputs } from './outputs.ts'

/** CloudWatch tells of a minute when it is over, and some time later: a shorter watch would see nothing. */
const soakMs = 5 * 60_000

/** A site made from a stack's outputs. Logins come from Secrets Manager and are written down nowhere. */
export async function siteFrom(
  outputs: SiteOutputs,
  secret: (arn: string) => Promise<string>,
): Promise<Site> {
  const { stack, region, source, target, gate, runner, frontDoor, cluster, holdPath } = outputs
  const { approvals, window, schedules = [] } = outputs
  if (!source)
    throw new Error(`the stack ${stack} has left its source for good: there is nothing to lift any more`)
  if (!target || !gate || !runner)
    throw new Error(`the stack ${stack} has no target yet: bring it to the phase replicate and run up`)
  const login = async (arn: string) => parseLogin(await secret(arn), `the secret ${arn}`)
  const side = async (database: typeof source) => {
    const [owner, replication] = await Promise.all([
      login(database.ownerSecretArn),
      login(database.replicationSecretArn),
    ])
    return {
      url: urlOf(database, owner, 'verify-full'),
      // The server that subscribes has no file with the other's authorities.
      replicationUrl: urlOf(database, replication, 'require'),
    }
  }
  const [sourceSide, targetSide] = await Promise.all([side(source), side(target)])
  return completeSite(
    {
      source: sourceSide,
      target: targetSide,
      gate: {
        kind: 'poolers',
        database: target.name,
        tasks: { cluster, service: gate.service, agentPort: gate.agentPort },
        agentKeySecret: gate.agentKeySecretArn,
        routeTable: gate.routeTable,
        region,
      },
      frontDoor: {
        kind: 'alb',
        listener: frontDoor.listenerArn,
        cloudTargetGroup: frontDoor.cloudTargetGroupArn,
        ...(frontDoor.onPremisesTargetGroupArn && {
          onPremisesTargetGroup: frontDoor.onPremisesTargetGroupArn,
        }),
        holdPath,
        alarmPrefix: `payments-lift-${stack}-`,
      },
      ...(schedules.length > 0 && { schedules: { kind: 'eventbridge', schedules, region } }),
      journal: `s3://${runner.journalBucket}/lift`,
      desk: `s3://${runner.deskBucket}/lift`,
      name: stack,
      approvals,
      window,
      limits: { soakMs },
    },
    `the outputs of the stack ${stack}`,
  )
}

function urlOf(
  { host, port, name }: { host: string; port: number; name: string },
  { username, password, sslmode }: Login,
  usualSslmode: string,
): string {
  const url = new URL(`postgres://${host}:${port}/${encodeURIComponent(name)}`)
  url.username = encodeURIComponent(username)
  url.password = encodeURIComponent(password)
  url.searchParams.set('sslmode', sslmode ?? usualSslmode)
  return url.href
}
