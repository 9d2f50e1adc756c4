/** Nothing promises that two versions hash alike: both servers hash the same values, and we compare. */
import type pg from 'pg'
import { canonicalExpression, canonicalForms } from './columns.ts'
import { keyHash, type Recipe, rowHashes, rowValue, seedsFrom } from './hash.ts'
import { rows } from './session.ts'

const seeds = seedsFrom(20260101)

export interface Probe {
  /** Whether both servers turn a form's values into the same hashes. */
  alike: (form: string) => boolean
  /** The fastest recipe on which the servers agree. */
  recipe: Recipe
  /** The same for tables without a key, whose rows have no seeds of their own. */
  keylessRecipe: Recipe
}

export async function probe(
  source: pg.ClientBase,
  target: pg.ClientBase,
  options: { oldestVersion: number; sameEncoding: boolean },
): Promise<Probe> {
  const recipes: Recipe[] = options.oldestVersion >= 140000 ? ['record', 'bytes'] : ['bytes']
  const agreed: { recipe: Recipe; forms: Set<string> }[] = []
  for (const recipe of [...recipes, 'sha256' as const]) {
    const forms = await agreedForms(source, target, vector(recipe, options.sameEncoding))
    // A recipe is of use when the types that all others fall back on agree.
    if (['text', 'int4', 'bytea'].every((form) => forms.has(form))) agreed.push({ recipe, forms })
  }
  const keyless = agreed.find(({ recipe }) => recipe !== 'record')
  if (!agreed[0] || !keyless) throw new Error('the servers do not even agree on sha256')
  const used = [agreed[0].forms, keyless.forms]
  return {
    recipe: agreed[0].recipe,
    keylessRecipe: keyless.recipe,
    alike: (form) => used.every((forms) => forms.has(form === 'enum' ? 'text' : form)),
  }
}

async function agreedForms(source: pg.ClientBase, target: pg.ClientBase, sql: string): Promise<Set<string>> {
  const [ours, theirs] = await Promise.all([rows(source, sql), rows(target, sql)])
  const hashes = new Map(theirs as [string, string][])
  return new Set(
    (ours as [string, string][]).filter(([form, hash]) => hashes.get(form) === hash).map(([form]) => form),
  )
}

function vector(recipe: Recipe, sameEncoding: boolean): string {
  const forms = Object.entries(canonicalForms).map(([form, { samples }]) => {
    const expression = canonicalExpression('v', form, { cast: false, sameEncoding })
    const [first, second] = rowHashes(recipe, 'r', 'k', seeds)
    const values = [...samples.map((sample) => `'${sample.replaceAll("'", "''")}'`), 'NULL']
    return `SELECT '${form}', string_agg(concat_ws(' ', k, ${first}, ${second}), ',' ORDER BY n)
      FROM (SELECT n, ${keyHash(recipe, [expression], seeds)} AS k, ${rowValue(recipe, [expression, 'n'])} AS r
        FROM (SELECT n::int4, v::pg_catalog.${form === 'bit' ? 'bit' : form} FROM unnest(ARRAY[${values.join(', ')}]::text[]) WITH ORDINALITY AS u(v, n)) s) q`
  })
  return forms.join('\nUNION ALL\n')
}
