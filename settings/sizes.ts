/**
 * What Fargate sells: CPU units (1024 a vCPU) and the memory, in MiB, that may go with them.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
 */
const fargate: Record<number, { least: number; most: number; step: number }> = {
  256: { least: 512, most: 2048, step: 1024 },
  512: { least: 1024, most: 4096, step: 1024 },
  1024: { least: 2048, most: 8192, step: 1024 },
  2048: { least: 4096, most: 16384, step: 1024 },
  4096: { least: 8192, most: 30720, step: 1024 },
  8192: { least: 16384, most: 61440, step: 4096 },
  16384: { least: 32768, most: 122880, step: 8192 },
}

export type VCpus = `${number} vCPU`
export type Memory = `${number} GB` | `${number} MB`

/** A task's size as written in settings. */
export interface TaskSize {
  cpu: VCpus
  memory: Memory
}

export const cpuUnits = (cpu: VCpus): number => Math.round(Number.parseFloat(cpu) * 1024)

export const memoryMib = (memory: Memory): number =>
  Math.round(Number.parseFloat(memory) * (memory.endsWith('GB') ? 1024 : 1))

/** A task's size as ECS takes it. */
export const taskSize = ({ cpu, memory }: TaskSize): { cpu: string; memory: string } => ({
  cpu: String(cpuUnits(cpu)),
  memory: String(memoryMib(memory)),
})

/** Why Fargate sells no task of this size, with the nearest that it sells; undefined when it does. */
export function sizeProblem({ cpu, memory }: TaskSize): string | undefined {
  const range = fargate[cpuUnits(cpu)]
  if (!range) {
    const sold = Object.keys(fargate).map((units) => `${Number(units) / 1024}`)
    return `Fargate sells ${sold.join(', ')} vCPU, not ${cpu}`
  }
  const mib = memoryMib(memory)
  const halfGb = cpuUnits(cpu) === 256 && mib === 512
  if (halfGb || (mib >= range.least && mib <= range.most && mib % range.step === 0)) return undefined
  const gb = (value: number) => value / 1024
  return `with ${cpu} Fargate sells ${gb(range.least)} to ${gb(range.most)} GB in steps of ${gb(range.step)} GB, not ${memory}`
}
