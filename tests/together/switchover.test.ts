/**
 * One process and one pair of servers for tests of the switchover: to start both takes longer than most of them. AVA
 * wants tests declared at once, so each file here waits for the servers at its top, and for nothing else.
 */
import '../migration/calm.test.ts'
import '../migration/digest/verify-rows.test.ts'
import '../migration/fence.test.ts'
import '../migration/inspect.test.ts'
import '../migration/needed.test.ts'
import '../migration/resume.test.ts'
import '../migration/run/open-run.test.ts'
import '../migration/session.test.ts'
import '../migration/traffic-back.test.ts'
import '../migration/traps-of-schema.test.ts'
import '../migration/traps-of-the-pause.test.ts'
import '../migration/traps-of-the-pooler.test.ts'
import '../migration/vacuums.test.ts'
import '../migration/watchdog-takes.test.ts'
