import { type Random, randoms } from '../load/random.ts'
import { type Kill, points, type Rescue, type Victim } from './kills.ts'

const victims: readonly Victim[] = ['runner', 'watchdog', 'both']
const rescues: readonly Rescue[] = ['resume', 'nobody']

/** Every point and every victim twice, for the two directions; who comes to the rescue takes turns. */
export const everyKill = (): [Kill, Kill][] =>
  points.flatMap((point, at) =>
    victims.map((victim, which) => {
      const kill = (direction: number): Kill => ({
        point,
        victim,
        rescue: rescues[(at + which + direction) % 2] as Rescue,
      })
      return [kill(0), kill(1)] as [Kill, Kill]
    }),
  )

/** While writes wait the runner dies, and the watchdog just when it is to decide, or carries its decision out. */
export const lateKills: Kill[] = [300, 150, 50, 0, -50, -100, -150, -200, -300].map((beforeDeadlineMs) => ({
  victim: 'both',
  rescue: 'nobody',
  point: 'after fence',
  beforeDeadlineMs,
}))

/** The pause is short and is what matters: a third of the kills come there. */
const inPause = points.slice(points.indexOf('before pause'), points.indexOf('after resume') + 1)

/** A kill at a moment that nobody chose: up to 40 ms after one of the points. */
export function randomKill(random: Random): Kill {
  return {
    point: random.pick(random.fraction() < 1 / 3 ? inPause : points),
    afterMs: 40 * random.fraction() ** 2,
    victim: random.pick(victims),
    rescue: random.pick(rescues),
  }
}

/** The kills that follow from a seed. */
export function randomKills(seed: number, count: number): Kill[] {
  const [random] = randoms(seed, 1) as [Random]
  return Array.from({ length: count }, () => randomKill(random))
}

export const described = ({ victim, point, afterMs, beforeDeadlineMs: early, rescue }: Kill): string =>
  `kill -9 of ${victim === 'both' ? 'runner and watchdog' : `the ${victim}`} ${
    afterMs === undefined ? point : `${afterMs.toFixed(1)} ms after «${point}»`
  }${
    early === undefined
      ? ''
      : `, the watchdog ${Math.abs(early)} ms ${early < 0 ? 'after' : 'before'} its deadline`
  }, then ${victim === 'watchdog' ? 'its supervisor' : rescue === 'resume' ? '«resume»' : 'nobody'}`
