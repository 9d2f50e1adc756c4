import type { ClientBase } from 'pg'

/**
 * A view's query as another server writes it down: since 16 a server leaves out the table's name before columns
 * where older ones wrote it, so texts of two versions cannot be compared. The view is made there as a temporary
 * one and taken back.
 * @returns the text, or why the server does not take the query
 */
export async function inWordsOf(client: ClientBase, query: string): Promise<string> {
  await client.query('begin')
  try {
    await client.query(`create temporary view lift_reworded as ${query}`)
    const { rows } = await client.query(`select pg_get_viewdef('pg_temp.lift_reworded'::regclass) as text`)
    return rows[0].text
  } catch (error) {
    return (error as Error).message
  } finally {
    await client.query('rollback')
  }
}
