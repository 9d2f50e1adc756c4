/** One process for tests on the real engine that build little: most of their time they wait for it. */
import '../engine/cli.test.ts'
import '../engine/preview-report.test.ts'
import '../engine/programs.test.ts'
