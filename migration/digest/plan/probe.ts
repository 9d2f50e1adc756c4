/** Nothing promises that two versions hash alike: both servers hash the same values, and we compare. */
import pg from 'pg'
import { rows } from '../session.ts'
import { canonicalExpression, canonicalForms, linkedExpression } from './columns.ts'
import { keyHash, partsOf, type Recipe, rowHashes, seedsFrom } from './hash.ts'
import { links, type Value } from './links.ts'

const seeds = seedsFrom(20260101)

/** What all other types fall back on. */
const fallbacks = ['text', 'int4', 'bytea']
/** Those and what two columns of different types have in common. */
const alwaysProbed = [...fallbacks, 'int8', 'varchar']

export interface Probe {
  /** Whether both servers turn a form's values into the same hashes. */
  alike: (form: string) => boolean
  /** Whether they do so through the form's link. */
  linked: (form: string) => boolean
  /** The fastest recipe on which the servers agree. */
  recipe: Recipe
  /** The same for tables without a key, whose rows have no seeds of their own. */
  keylessRecipe: Recipe
}

/** @param options.types names in pg_type of the columns' types: only these are probed */
export async function probe(
  source: pg.ClientBase,
  target: pg.ClientBase,
  options: { oldestVersion: number; sameEncoding: boolean; types: ReadonlySet<string> },
): Promise<Probe> {
  const { oldestVersion, sameEncoding, types } = options
  const probed = (form: string) => types.has(form) || alwaysProbed.includes(form)
  const recipes: Recipe[] = oldestVersion >= 140000 ? ['record', 'bytes'] : ['bytes']
  const agreed: { recipe: Recipe; forms: Set<string> }[] = []
  for (const recipe of [...recipes, 'sha256' as const]) {
    if (recipe === 'sha256' && agreed.some((one) => one.recipe === 'bytes')) break
    const forms = await agreedForms(source, target, plain(recipe, sameEncoding, probed))
    // A recipe is of use when the types that all others fall back on agree.
    if (fallbacks.every((form) => forms.has(form))) agreed.push({ recipe, forms })
  }
  const keyless = agreed.find(({ recipe }) => recipe !== 'record')
  if (!agreed[0] || !keyless) throw new Error('the servers do not even agree on sha256')
  const used = [agreed[0].forms, keyless.forms]
  const linked = await agreedForms(source, target, viaLinks(oldestVersion, probed))
  return {
    recipe: agreed[0].recipe,
    keylessRecipe: keyless.recipe,
    alike: (form) => used.every((forms) => forms.has(form === 'enum' ? 'text' : form)),
    linked: (form) => linked.has(form),
  }
}

async function agreedForms(source: pg.ClientBase, target: pg.ClientBase, sql: string): Promise<Set<string>> {
  const [ours, theirs] = await Promise.all([rows(source, sql), rows(target, sql)])
  const hashes = new Map(theirs as [string, string][])
  return new Set(
    (ours as [string, string][]).filter(([form, hash]) => hashes.get(form) === hash).map(([form]) => form),
  )
}

/** Each form as part of a record. */
function plain(recipe: Recipe, sameEncoding: boolean, probed: (form: string) => boolean): string {
  const values = (form: string): Value[] => [
    { sql: canonicalExpression('v', form, { cast: false, sameEncoding }), nullable: true },
    { sql: 'n', nullable: false },
  ]
  return vector(recipe, Object.keys(canonicalForms).filter(probed), values)
}

/** Each form that has a link on both servers. */
function viaLinks(oldestVersion: number, probed: (form: string) => boolean): string {
  const forms = Object.entries(links).filter(
    ([form, { since = 0 }]) => oldestVersion >= since && probed(form),
  )
  // The samples are in ASCII, alike in every encoding.
  const value = (form: string): Value[] => [
    {
      sql: linkedExpression('v', form, { cast: false, sameEncoding: true })!,
      link: form,
      nullable: true,
    },
  ]
  return vector(
    'bytes',
    forms.map(([form]) => form),
    value,
  )
}

function vector(recipe: Recipe, forms: readonly string[], valuesOf: (form: string) => Value[]): string {
  const selects = forms.map((form) => {
    const values = valuesOf(form)
    const k = keyHash(recipe, values, seeds)
    const hashes = rowHashes(recipe, partsOf(recipe, values), 'n', seeds)
    const samples = [...canonicalForms[form]!.samples.map((sample) => pg.escapeLiteral(sample)), 'NULL']
    return `SELECT '${form}', string_agg(concat_ws(' ', ${k}, ${hashes.join(', ')}), ',' ORDER BY n)
      FROM (SELECT n::int4, v::pg_catalog.${form} FROM unnest(ARRAY[${samples.join(', ')}]::text[]) WITH ORDINALITY AS u(v, n)) s`
  })
  return selects.join('\nUNION ALL\n')
}
