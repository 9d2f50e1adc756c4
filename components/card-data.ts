/**
 * What CloudWatch Logs knows as card data. It finds a number only with a keyword nearby and never reports published
 * test cards, so it is the second net: masking at the source is the control.
 */
const identifiers = ['CreditCardNumber', 'CreditCardSecurityCode']

/**
 * The data protection policy of a log group: findings are counted, and masked for everyone without `logs:Unmask`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/mask-sensitive-log-data-start.html
 */
export const cardDataPolicy = (name: string, partition = 'aws') => {
  const DataIdentifier = identifiers.map(
    (each) => `arn:${partition}:dataprotection::aws:data-identifier/${each}`,
  )
  return {
    Name: name,
    Description: 'Card data never stands readable in a log',
    Version: '2021-06-01',
    Statement: [
      { Sid: 'Audit', DataIdentifier, Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: 'Mask', DataIdentifier, Operation: { Deidentify: { MaskConfig: {} } } },
    ],
  }
}
