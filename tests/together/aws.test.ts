/** One process and one emulator of AWS for tests of the migration's adapters. */
import '../migration/aws/front-door.test.ts'
import '../migration/aws/s3-store.test.ts'
import '../migration/aws/schedules.test.ts'
