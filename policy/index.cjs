// Pulumi's CLI starts a pack with require and compiles TypeScript by an old compiler of its own; tsx takes its place,
// for what is required now, and for what is imported later, while the pack runs.
require('tsx/cjs/api').register()
import('tsx/esm/api').then(({ register }) => register())
require('./pack.ts')
