/** The processors of an instance type: the letter g behind the generation's digit means Graviton. */
export const architectureOf = (instanceType: string): 'arm64' | 'x86_64' =>
  /^(a1|[a-z]+-?\d+g[a-z]*)\./.test(instanceType) ? 'arm64' : 'x86_64'

/**
 * The parameter by which AWS publishes the newest ECS-optimised Amazon Linux 2023 image; the launch template resolves it
 * each time a host starts.
 */
export const hostImage = (instanceType: string): string => {
  const folder = architectureOf(instanceType) === 'arm64' ? 'arm64/' : ''
  return `resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/${folder}recommended/image_id`
}
