import { readFileSync } from 'node:fs'

/** The whole schema, to be run once by the owner of an empty database. */
export const schemaSql = readFileSync(new URL('schema.sql', import.meta.url), 'utf8')

/**
 * The least the app role needs; the ledger, the postings and the answers can only be added to.
 * @param role an existing role, given as SQL will read it: lower case unless quoted
 */
export function grantsSql(role: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(role)) {
    throw new Error(`the app role «${role}» must be a plain lower-case name: letters, digits and _`)
  }
  return `
    grant usage on schema public to ${role};
    grant select, insert on public.payments, public.postings, public.ledger_entries,
      public.idempotency_keys, public.outbox, public.settlement_files, public.settlements to ${role};
    grant update (status, captured_minor, refunded_minor, updated_at) on public.payments to ${role};
    grant update (posted) on public.settlement_files to ${role};
    grant update (published_at) on public.outbox to ${role};
    grant select on public.merchant_endpoints to ${role};
    grant usage on sequence public.payment_numbers to ${role};`
}
