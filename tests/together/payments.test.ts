/** One process and one pair of servers for tests that ask the payments service in process. */
import '../services/payments-api.test.ts'
import '../services/payments-idempotency.test.ts'
import '../services/payments-pgbouncer.test.ts'
import '../services/payments-schema.test.ts'
