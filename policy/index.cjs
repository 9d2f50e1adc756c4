// Pulumi's CLI starts a pack with require and compiles TypeScript by an old compiler of its own; tsx takes its place,
// for what is required and for what is imported while the pack runs.
require('tsx/esm/api').register()
require('tsx/cjs/api').register()
require('./pack.ts')
