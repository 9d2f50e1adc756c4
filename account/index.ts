import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { contextOf } from '../components/context.ts'
import { CostWatch } from './cost-watch.ts'
import { DeployAccess } from './deploy-access.ts'
import { parseAccount } from './settings.ts'
import { StateStore } from './state-store.ts'

/** What exists once in an account, before any stack of the lift does. README.md says how it starts. */
export default async function program() {
  const settings = parseAccount(pulumi.runtime.allConfig())
  const context = contextOf({ ...settings, stack: 'account', disposable: false, phase: 'foundation' })

  const state = new StateStore('state', { context })
  const access = new DeployAccess('access', { context, ...settings, secretsKeyArn: state.secretsKeyArn })
  new CostWatch('costs', settings)
  // Every OpenSearch domain in a VPC needs it, and a domain made first would race with it.
  new aws.iam.ServiceLinkedRole(
    'search',
    { awsServiceName: 'opensearchservice.amazonaws.com' },
    { protect: true },
  )
  return {
    stateBucket: state.bucketName,
    secretsProvider: state.secretsProvider,
    deployRoleArns: access.deployRoleArns,
    previewRoleArns: access.previewRoleArns,
  }
}
