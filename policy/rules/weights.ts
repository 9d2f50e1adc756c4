import type { Json } from '../../preview/values.ts'
import { at, ofType } from '../find.ts'
import type { Resource, Rule } from '../rule.ts'

/** The weights that a listener forwards by, in their order; none when it has one target only. */
const weightsIn = ({ inputs }: Resource): number[] => {
  const groups = at(inputs.defaultActions, 0, 'forward', 'targetGroups')
  return Array.isArray(groups) ? groups.map((group) => Number(at(group as Json, 'weight'))) : []
}

const weightsFollowSettings: Rule = {
  name: 'weights-follow-settings',
  level: 'mandatory',
  lesson:
    'AWS keeps weights by place: exchanged, 90 of 100 requests go to the side that was to have 10, and no setting says so.',
  mend: 'Forward to on-premises first and to the cloud second, by the weight of the settings: components/weights.ts.',
  check: (resources, { to }) => {
    // With the source left for good, the cloud has all of it, whatever number stands there.
    if (!to || (to.phase === 'decommission' && to.removal === 'remove')) return []
    return ofType(resources, 'aws:lb/listener:Listener').flatMap((resource) => {
      const [onPremises, cloud] = weightsIn(resource)
      if (cloud === undefined || (onPremises === 100 - to.weight && cloud === to.weight)) return []
      return [
        {
          resource,
          says: `gives on-premises weight ${onPremises} and the cloud ${cloud}, where the settings say ${100 - to.weight} and ${to.weight}`,
        },
      ]
    })
  },
}

export const weightRules: Rule[] = [weightsFollowSettings]
