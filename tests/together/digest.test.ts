/** One process for tests of the digest, on one pair of servers. */
import '../migration/digest/buckets.test.ts'
import '../migration/digest/changes.test.ts'
import '../migration/digest/invariants.test.ts'
import '../migration/digest/random-tables.test.ts'
import '../migration/digest/session.test.ts'
import '../migration/digest/verify-all.test.ts'
import '../migration/digest/verify-refused.test.ts'
