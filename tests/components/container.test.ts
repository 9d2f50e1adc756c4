import test from 'ava'
import { containerDefinition, plainSecrets } from '../../components/container.ts'

const log = { context: { region: 'eu-central-1' }, group: '/payments-lift/prod/x' }

test('variables that would show a secret are refused, ARNs of secrets are not', (t) => {
  t.deepEqual(
    plainSecrets({
      DB_PASSWORD: 'x',
      API_TOKEN: 'x',
      CARD_TOKEN_KEY: 'x',
      DATABASE_URL: 'postgres://pay:hunter2@db/pay',
      DB_SECRET_ARN: 'arn:aws:secretsmanager:…',
      DATABASE_HOST: 'db',
      SAFE_URL: 'postgres://db/pay',
    }),
    ['DB_PASSWORD', 'API_TOKEN', 'CARD_TOKEN_KEY', 'DATABASE_URL'],
  )
  t.throws(() => containerDefinition({ name: 'x', image: 'y', environment: { PASSWORD: 'z' } }, log), {
    message: /x: PASSWORD would show a secret/,
  })
})

test('a container is closed unless said otherwise', (t) => {
  t.like(containerDefinition({ name: 'x', image: 'y' }, log), {
    readonlyRootFilesystem: true,
    privileged: false,
    user: '65532:65532',
    portMappings: [],
    mountPoints: [],
    secrets: [],
    essential: true,
  })
})
