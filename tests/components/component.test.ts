import * as aws from '@pulumi/aws'
import test from 'ava'
import { Component } from '../../components/component.ts'
import { build } from './build.ts'

class Shelf extends Component {
  constructor(name: string, child: (shelf: Shelf) => void) {
    super('Shelf', name)
    child(this)
    this.registerOutputs({})
  }
  nameOf = (part: string) => this.named(part)
  optionsOf = (given?: Parameters<Component['child']>[0]) => this.child(given)
  keptOf = (disposable: boolean) => this.kept({ disposable })
}

test('children carry the name of their component and have it as parent', async (t) => {
  const { get } = await build(() => {
    new Shelf('shelf', (shelf) => {
      new aws.sqs.Queue(shelf.nameOf('box'), {}, shelf.optionsOf())
    })
  })
  const shelf = get('payments-lift:aws:Shelf', 'shelf')
  t.is(get('aws:sqs/queue:Queue', 'shelf-box').parent, shelf.urn)
})

test('a child of another name is refused, however deep', async (t) => {
  const wrong = (make: (shelf: Shelf) => void) => build(() => void new Shelf('shelf', make))
  await t.throwsAsync(
    wrong((shelf) => void new aws.sqs.Queue('box', {}, shelf.optionsOf())),
    { message: /child box \(aws:sqs\/queue:Queue\) that is not named after it; name it shelf-box/ },
  )
  await t.throwsAsync(
    wrong((shelf) => {
      const queue = new aws.sqs.Queue(shelf.nameOf('box'), {}, shelf.optionsOf())
      new aws.sqs.QueuePolicy('letter', { queueUrl: queue.url, policy: '{}' }, { parent: queue })
    }),
    { message: /child letter/ },
  )
  await t.throwsAsync(
    wrong((shelf) => void new aws.sqs.Queue('shelfbox', {}, shelf.optionsOf())),
    { message: /name it shelf-shelfbox/ },
  )
})

test('what holds state is protected unless the stack is disposable', async (t) => {
  const { get } = await build(() => {
    new Shelf('shelf', (shelf) => {
      new aws.sqs.Queue(shelf.nameOf('kept'), {}, shelf.keptOf(false))
      new aws.sqs.Queue(shelf.nameOf('passing'), {}, shelf.keptOf(true))
    })
  })
  t.true(get('aws:sqs/queue:Queue', 'shelf-kept').protect)
  t.false(get('aws:sqs/queue:Queue', 'shelf-passing').protect)
})
