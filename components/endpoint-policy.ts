import type { Context } from './context.ts'
import { anyResource, type PolicyDocument, policy, type Statement } from './policies.ts'

const actions = {
  // Logstash's S3 output names an ACL with every object.
  s3: [
    's3:Get*',
    's3:List*',
    's3:PutObject',
    's3:PutObjectAcl',
    's3:DeleteObject',
    's3:AbortMultipartUpload',
  ],
  dynamodb: [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
    'dynamodb:Query',
    'dynamodb:BatchGetItem',
    'dynamodb:ConditionCheckItem',
    'dynamodb:DescribeTable',
  ],
}

const own = (service: keyof typeof actions, { accountId }: Context): Statement => ({
  sid: `OwnAccount${service === 's3' ? 'S3' : 'DynamoDb'}`,
  actions: actions[service],
  principals: '*',
  resources: anyResource(
    'an endpoint policy narrows whose calls pass; what each may touch stands in its own role',
  ),
  conditions: { StringEquals: { 'aws:PrincipalAccount': accountId } },
})

/** ECR signs the addresses of image layers with an account of its own, so this one knows no principal of ours. */
const imageLayers = ({ partition, region }: Context): Statement => ({
  sid: 'ImageLayers',
  actions: ['s3:GetObject'],
  principals: '*',
  resources: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
  conditions: { Bool: { 'aws:SecureTransport': 'true' } },
})

/** Whose calls pass through the gateway endpoint of a service. */
export const endpointPolicy = (service: keyof typeof actions, context: Context): PolicyDocument =>
  policy(service === 's3' ? [own(service, context), imageLayers(context)] : [own(service, context)])
