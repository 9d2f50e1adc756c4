import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { parse } from 'yaml'
import { balancerIdleSeconds, bufferedLines, keepAliveSeconds } from '../../../components/log-way.ts'
import { logstashContainer, logstashStatements } from '../../../components/logstash-container.ts'
import { logLine } from '../../../services/logging/ecs.ts'
import { readEnvironment } from '../../../services/payments/environment.ts'

const read = (path: string) =>
  readFileSync(join(import.meta.dirname, '../../../services/logging', path), 'utf8')
/** Comments say what they like. */
const code = (path: string) => read(path).replace(/^\s*#.*$/gm, '')
const variables = (...texts: string[]) =>
  [
    ...new Set(texts.flatMap((text) => [...text.matchAll(/\$\{(\w+)[:}]/g)].map((match) => match[1]!))),
  ].toSorted()

const parts = {
  context: { stack: 'prod', region: 'eu-central-1' } as never,
  image: 'logstash@sha256:0',
  searchEndpoint: 'search',
  searchArn: 'arn:search',
  archive: { bucketName: 'archive', arn: 'arn:archive' },
  keyArn: 'key',
}
const main = code('logstash/pipeline/main.conf')
const dead = code('logstash/pipeline/dead-letters.conf')

test('Logstash reads the variables that its task gives it, no other, and each is read', (t) => {
  const { environment = {} } = logstashContainer(parts)
  const found = variables(main, dead, code('logstash/config/logstash.yml'))
  t.deepEqual(found, Object.keys(environment).toSorted())
})

test('Logstash writes only where its task may: below the prefixes granted, in its folders, and names an ACL', (t) => {
  const { writable = [] } = logstashContainer(parts)
  const granted = JSON.stringify(logstashStatements(parts))
  const outputs = [...`${main}${dead}`.matchAll(/\bs3 \{[^}]*(?:\{[^}]*\}[^}]*)*?\n {2,6}\}/g)]
  t.is(outputs.length, 3)
  for (const output of outputs) {
    t.regex(output[0], /prefix => "\$\{(ARCHIVE|DEAD_LETTERS)_PREFIX\}/)
    t.regex(output[0], /canned_acl => "bucket-owner-full-control"/)
    t.regex(output[0], /validate_credentials_on_root_bucket => false/, 'it may not write to the root')
    const [, path] = output[0].match(/temporary_directory => "([^"]+)"/)!
    t.true(
      writable.some((each) => path!.startsWith(`${each.path}/`)),
      path,
    )
  }
  t.is(granted.match(/s3:PutObjectAcl/g)?.length, 2)
})

test('both inputs speak TLS, and the mask is the first filter', (t) => {
  t.is(main.match(/ssl_enabled => true/g)?.length, 2)
  t.regex(main, /filter \{\s+ruby \{\s+id => "mask"/)
  t.regex(main, /codec => json_lines/)
  for (const way of ['functions', 'hosts', 'services'])
    t.true(main.includes(`add_field => { "way" => "${way}" }`))
  t.true(main.includes(`'{"event":"counted","way":"%{way}","lines":%{[lines][count]}}'`))
})

test('search knows the fields of the schema, and no others', (t) => {
  const { properties } = JSON.parse(read('logstash/template.json')).mappings
  t.deepEqual(Object.keys(properties).toSorted(), Object.keys(logLine.shape).toSorted())
})

test('facts 15 and 16: Filebeat keeps its registry on the host, and asks for no metadata of the cloud', (t) => {
  const filebeat = parse(read('filebeat/filebeat.yml'))
  t.is(filebeat['path.data'], '/usr/share/filebeat/data')
  t.notRegex(code('filebeat/filebeat.yml'), /cloud_metadata|docker_metadata/)
  t.true(filebeat['output.logstash']['ssl.enabled'])
  t.deepEqual(variables(code('filebeat/filebeat.yml')), ['LOGSTASH_HOST', 'LOGSTASH_PORT', 'STACK'])
  t.deepEqual(filebeat['filebeat.inputs'][0].paths, ['/var/lib/docker/containers/*/*-json.log'])
})

test('fact 9: senders speak before the balancer hangs up, and have the same bounds in Node and in Java', (t) => {
  const logback = read('jvm/logback.xml')
  t.true(keepAliveSeconds < balancerIdleSeconds)
  t.true(logback.includes(`<keepAliveDuration>\${LOG_KEEP_ALIVE_SECONDS:-${keepAliveSeconds}} seconds<`))
  t.true(logback.includes(`<ringBufferSize>\${LOG_BUFFERED_LINES:-${bufferedLines}}<`))
  t.deepEqual(variables(logback), [
    'HOSTNAME',
    'LOG_BUFFERED_LINES',
    'LOG_HOST',
    'LOG_KEEP_ALIVE_SECONDS',
    'LOG_PORT',
    'SERVICE',
    'start',
  ])
  const minimal = { SIDE: 'cloud', DATABASE_URL: 'postgres://a:b@c/d', CARD_TOKEN_KEY: 'k'.repeat(32) }
  const found = readEnvironment({ ...minimal, LOG_HOST: 'logs', LOG_PORT: '6514' })
  t.like(found, { LOG_KEEP_ALIVE_SECONDS: keepAliveSeconds, LOG_BUFFERED_LINES: bufferedLines })
  t.throws(() => readEnvironment({ ...minimal, LOG_HOST: 'logs' }), { message: /LOG_PORT/ })
  t.throws(() => readEnvironment({ ...minimal, LOG_KEEP_ALIVE_SECONDS: '350' }), {
    message: /LOG_KEEP_ALIVE/,
  })
})
