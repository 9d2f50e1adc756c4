import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Moto } from './moto.ts'

export interface Balancer {
  listener: string
  onPremisesTargetGroup: string
  cloudTargetGroup: string
}

/** An ALB in the emulator whose listener forwards to [on-premises, cloud], as the program makes it. */
export async function createBalancer(moto: Moto): Promise<Balancer> {
  const client = new ElasticLoadBalancingV2Client(moto.client)
  const { vpc, subnets } = await defaultNetwork(moto)
  const balancer = await client.send(
    new CreateLoadBalancerCommand({ Name: 'pay', Type: 'application', Subnets: subnets }),
  )
  const group = async (Name: string) => {
    const { TargetGroups } = await client.send(
      new CreateTargetGroupCommand({ Name, VpcId: vpc, Port: 8443, Protocol: 'HTTPS', TargetType: 'ip' }),
    )
    return TargetGroups?.[0]?.TargetGroupArn as string
  }
  const [onPremisesTargetGroup, cloudTargetGroup] = [await group('onPremises'), await group('cloud')]
  const listener = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer.LoadBalancers?.[0]?.LoadBalancerArn,
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: onPremisesTargetGroup, Weight: 100 },
              { TargetGroupArn: cloudTargetGroup, Weight: 0 },
            ],
            TargetGroupStickinessConfig: { Enabled: false, DurationSeconds: 1 },
          },
        },
      ],
    }),
  )
  return { listener: listener.Listeners?.[0]?.ListenerArn as string, onPremisesTargetGroup, cloudTargetGroup }
}

/** The account's default network, asked of EC2 by hand: its SDK client would be here for this alone. */
export async function defaultNetwork({ url }: Moto): Promise<{ vpc: string; subnets: string[] }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization:
        'AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: 'Action=DescribeSubnets&Version=2016-11-15',
  })
  const text = await response.text()
  const subnets = [...text.matchAll(/<subnetId>(subnet-[^<]+)</g)].map(([, id]) => id as string).slice(0, 2)
  return { vpc: /<vpcId>(vpc-[^<]+)</.exec(text)?.[1] as string, subnets }
}
