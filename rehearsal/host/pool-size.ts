import { availableParallelism } from 'node:os'

/**
 * Sessions of one side's application: as many as there are processors, and one for the disk. More do not answer
 * sooner, and each that is new after a switchover costs what ten requests cost.
 */
export const poolSize = availableParallelism() + 1
