import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'

export interface CertificateArgs {
  /** pay.example.com */
  domain: string
  /** Route 53 zone of the domain. It must be delegated, or `up` waits until it times out. */
  zoneId: string
}

/** A certificate that proves its domain by DNS and renews itself. */
export class Certificate extends Component {
  /** Of the certificate once it is valid. */
  readonly arn: pulumi.Output<string>

  constructor(name: string, { domain, zoneId }: CertificateArgs, options?: pulumi.ComponentResourceOptions) {
    super('Certificate', name, options)
    const certificate = new aws.acm.Certificate(
      name,
      {
        domainName: domain,
        validationMethod: 'DNS',
        keyAlgorithm: 'EC_prime256v1',
        options: { certificateTransparencyLoggingPreference: 'ENABLED' },
      },
      this.child(),
    )
    const proof = certificate.domainValidationOptions.apply((options) => options[0]!)
    const record = new aws.route53.Record(
      this.named('proof'),
      {
        zoneId,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: 60,
      },
      this.child(),
    )
    const valid = new aws.acm.CertificateValidation(
      this.named('valid'),
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      this.child({ customTimeouts: { create: '15m' } }),
    )
    this.arn = valid.certificateArn
    this.registerOutputs({ arn: this.arn })
  }
}
