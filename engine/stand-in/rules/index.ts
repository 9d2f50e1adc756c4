import { compute } from './compute.ts'
import { data } from './data.ts'
import { identity } from './identity.ts'
import { loadBalancing } from './load-balancing.ts'
import type { Rule } from './rule.ts'

const all: Record<string, Rule[]> = { ...loadBalancing, ...compute, ...data, ...identity }

/** The rules of a type, by its canonical token. */
export const rulesOf = (token: string): readonly Rule[] => all[token] ?? []
