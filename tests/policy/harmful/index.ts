import { data } from './data.ts'
import { delivery } from './delivery.ts'
import { edge } from './edge.ts'
import type { Harmful } from './harmful.ts'
import { rights } from './rights.ts'

export const harmful: Harmful[] = [...rights, ...data, ...delivery, ...edge]
