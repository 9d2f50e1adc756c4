import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'

/** How on-premises is reached. */
export type LinkKind =
  | {
      kind: 'vpn'
      /** Autonomous system number of the on-premises gateway: 65010. */
      bgpAsn: number
      /** ACM certificate by which that gateway is known; no public address of it is needed. */
      certificateArn: string
    }
  | {
      kind: 'directConnect'
      /** Id of the Direct Connect gateway, a UUID; it belongs to the network team. */
      gatewayId: string
    }

export interface LinkArgs {
  context: Context
  vpcId: pulumi.Input<string>
  /** Block of the VPC, announced to on-premises: 10.40.0.0/16. */
  vpcCidr: string
  /** Every route table, those of the public subnets too: the front door's targets are on-premises. */
  routeTableIds: pulumi.Input<string>[]
  via: LinkKind
  /** Is the link about to go? Then it is no longer protected. */
  leaving: boolean
}

/** AWS takes numbers of 32 bits by a property of their own. */
const most31Bits = 2 ** 31 - 1
const asnOf = (bgpAsn: number) =>
  bgpAsn > most31Bits ? { bgpAsnExtended: String(bgpAsn) } : { bgpAsn: String(bgpAsn) }

/** The way to on-premises, there and back, by routes that BGP announces. */
export class Link extends Component {
  readonly gatewayId: pulumi.Output<string>

  constructor(name: string, args: LinkArgs, options?: pulumi.ComponentResourceOptions) {
    super('Link', name, options)
    const { context, vpcId, vpcCidr, routeTableIds, via, leaving } = args
    const kept = { parent: this, protect: !context.disposable && !leaving }

    const gateway = new aws.ec2.VpnGateway(this.named('gateway'), {}, kept)
    const attachment = new aws.ec2.VpnGatewayAttachment(
      this.named('gateway'),
      { vpcId, vpnGatewayId: gateway.id },
      kept,
    )
    for (const [index, routeTableId] of routeTableIds.entries()) {
      new aws.ec2.VpnGatewayRoutePropagation(
        this.named(`routes-${index + 1}`),
        { routeTableId, vpnGatewayId: gateway.id },
        this.child({ dependsOn: [attachment] }),
      )
    }
    if (via.kind === 'vpn') this.createVpn(via, gateway, kept)
    else {
      new aws.directconnect.GatewayAssociation(
        this.named('association'),
        { dxGatewayId: via.gatewayId, associatedGatewayId: gateway.id, allowedPrefixes: [vpcCidr] },
        { ...kept, dependsOn: [attachment] },
      )
    }
    this.gatewayId = gateway.id
    this.registerOutputs({ gatewayId: this.gatewayId })
  }

  /** Two tunnels, IKEv2 only, strong ciphers only; keys by certificate, so none stands in the state. */
  private createVpn(
    { bgpAsn, certificateArn }: Extract<LinkKind, { kind: 'vpn' }>,
    gateway: aws.ec2.VpnGateway,
    kept: pulumi.CustomResourceOptions,
  ): void {
    const customer = new aws.ec2.CustomerGateway(
      this.named('onPremises'),
      { ...asnOf(bgpAsn), certificateArn, type: 'ipsec.1' },
      kept,
    )
    const strong = {
      IkeVersions: ['ikev2'],
      Phase1DhGroupNumbers: [20, 21],
      Phase1EncryptionAlgorithms: ['AES256-GCM-16'],
      Phase1IntegrityAlgorithms: ['SHA2-384', 'SHA2-512'],
      Phase2DhGroupNumbers: [20, 21],
      Phase2EncryptionAlgorithms: ['AES256-GCM-16'],
      Phase2IntegrityAlgorithms: ['SHA2-384', 'SHA2-512'],
    }
    const tunnel = <Prefix extends 'tunnel1' | 'tunnel2'>(prefix: Prefix) =>
      Object.fromEntries(Object.entries(strong).map(([key, value]) => [`${prefix}${key}`, value]))
    new aws.ec2.VpnConnection(
      this.named('vpn'),
      {
        customerGatewayId: customer.id,
        vpnGatewayId: gateway.id,
        type: 'ipsec.1',
        staticRoutesOnly: false,
        ...tunnel('tunnel1'),
        ...tunnel('tunnel2'),
      },
      {
        ...kept,
        additionalSecretOutputs: [
          'tunnel1PresharedKey',
          'tunnel2PresharedKey',
          'customerGatewayConfiguration',
        ],
      },
    )
  }
}
