import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { credentials } from '@grpc/grpc-js'
import grpc from '@pulumi/pulumi/proto/analyzer_grpc_pb.js'
import proto from '@pulumi/pulumi/proto/analyzer_pb.js'
import test from 'ava'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import struct from 'google-protobuf/google/protobuf/struct_pb.js'
import { rules } from '../../policy/rules.ts'
import { projectFolder } from '../../settings/stack-file.ts'

/** What of the generated client is called here; its types are not published. */
interface Analyzer {
  getAnalyzerInfo(request: empty.Empty, reply: (error: Error | null, info: proto.AnalyzerInfo) => void): void
  analyzeStack(
    request: proto.AnalyzeStackRequest,
    reply: (error: Error | null, response: proto.AnalyzeResponse) => void,
  ): void
  close(): void
}

/** Starts the pack as Pulumi's CLI does: it prints the port of its analyzer. */
async function start(): Promise<{ child: ChildProcess; port: string }> {
  const pack = join(projectFolder, 'policy')
  const runner = join(projectFolder, 'node_modules/@pulumi/pulumi/cmd/run-policy-pack')
  const child = spawn(process.execPath, [runner, '127.0.0.1:1', pack], {
    cwd: pack,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const port = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [line] = /^\d+$/m.exec(said) ?? []
      if (line) resolve(line)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.once('exit', () => reject(new Error(`the pack ended: ${said}`)))
  })
  return { child, port }
}

const resource = (
  type: string,
  name: string,
  properties: Record<string, struct.JavaScriptValue>,
  protect = true,
) => {
  const options = new proto.AnalyzerResourceOptions()
  options.setProtect(protect)
  const made = new proto.AnalyzerResource()
  made.setType(type)
  made.setName(name)
  made.setUrn(`urn:pulumi:prod::payments-lift::${type}::${name}`)
  made.setProperties(struct.Struct.fromJavaScript(properties))
  made.setOptions(options)
  return made
}

test('the pack, started as the CLI starts it, has every rule and judges what the engine hands over', async (t) => {
  t.timeout(300_000)
  const { child, port } = await start()
  t.teardown(() => child.kill())
  const Client = grpc.AnalyzerClient as unknown as new (address: string, with_: unknown) => Analyzer
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
  t.teardown(() => client.close())

  const info = await new Promise<proto.AnalyzerInfo>((resolve, reject) =>
    client.getAnalyzerInfo(new empty.Empty(), (error, reply) => (error ? reject(error) : resolve(reply))),
  )
  t.deepEqual(
    info.getPoliciesList().map((policy) => policy.getName()),
    rules.map(({ name }) => name),
  )

  const request = new proto.AnalyzeStackRequest()
  const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'
  request.setResourcesList([
    resource('aws:cloudwatch/logGroup:LogGroup', 'open', { name: 'open', kmsKeyId: unknown }),
    resource('aws:rds/clusterInstance:ClusterInstance', 'db', { publiclyAccessible: true }, false),
    resource('aws:iam/rolePolicy:RolePolicy', 'wide', {
      role: unknown,
      policy: JSON.stringify({ Statement: [{ Sid: 'All', Effect: 'Allow', Action: 's3:*', Resource: '*' }] }),
    }),
    resource('aws:iam/rolePolicy:RolePolicy', 'reasoned', {
      role: unknown,
      policy: JSON.stringify({
        Statement: [
          { Sid: 'RegistryLogin', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
        ],
      }),
    }),
  ])
  const response = await new Promise<proto.AnalyzeResponse>((resolve, reject) =>
    client.analyzeStack(request, (error, reply) => (error ? reject(error) : resolve(reply))),
  )
  const found = response
    .getDiagnosticsList()
    .map((each) => `${each.getPolicyname()} ${each.getUrn().split('::').at(-1)}`)
  for (const each of [
    'log-group-needs-retention open',
    'log-group-needs-card-protection open',
    'no-public-exposure db',
    'protect-what-holds-state db',
    'no-any-action wide',
    'no-any-resource-without-reason wide',
  ])
    t.true(found.includes(each), `${each} in ${found.join('; ')}`)
  t.false(
    found.some((each) => /log-group-needs-key open|reasoned/.test(each)),
    found.join('; '),
  )
})
